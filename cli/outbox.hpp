#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace troupe::cli {

/// Bytes on their way to a descriptor that someone else may share, and whose blocking
/// mode is therefore left alone: `flush` is called when poll says it can be written to,
/// and then never blocks.
class outbox {
public:
  /// Above this, the side that fills it is not read until it has drained.
  static constexpr std::size_t full_bytes = 1024 * 1024;

  explicit outbox(int fd = -1);

  void retarget(int fd); ///< Drops what is left; -1 for nowhere.
  void add_line(std::string_view line);

  /// Writes what goes at once; false if the reader is gone.
  [[nodiscard]] bool flush();

  [[nodiscard]] bool empty() const { return done_ == bytes_.size(); }
  [[nodiscard]] bool full() const { return bytes_.size() - done_ >= full_bytes; }

private:
  [[nodiscard]] long write_some(std::string_view bytes) const;

  int fd_;
  bool socket_ = false;
  std::string bytes_;
  std::size_t done_ = 0;
};

} // namespace troupe::cli
