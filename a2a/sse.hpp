#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::a2a {

/// Server-sent events, of which only the data counts. Source: the HTML standard, 9.2.
class sse_reader {
public:
  explicit sse_reader(std::size_t event_bytes_max)
    : event_bytes_max_(event_bytes_max) {}

  /// Bytes that follow those given before. False once an event is beyond the limit;
  /// then nothing more is taken.
  [[nodiscard]] bool push(std::string_view bytes);

  /// The data of the next event that is whole. One that the end of the stream cuts off
  /// is none.
  [[nodiscard]] std::optional<std::string> next();

private:
  void take_line(std::string_view line);

  std::size_t event_bytes_max_;
  std::string buffer_;
  std::size_t read_ = 0;    ///< Bytes of the buffer that were taken.
  std::size_t scanned_ = 0; ///< Where no line ends.
  std::string data_;
  bool has_data_ = false;
  bool is_whole_ = false;
  bool is_full_ = false;
};

} // namespace troupe::a2a
