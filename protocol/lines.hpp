#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// Cuts a stream of bytes into lines. Holds at most one unfinished line; what of a line
/// goes beyond the bound is dropped and said so, the following lines are whole again.
class line_splitter {
public:
  explicit line_splitter(std::size_t line_bytes_max, std::uint64_t offset = 0);

  struct line {
    std::string_view text;    ///< Without `\n` or `\r\n`; valid until next() or push().
    std::uint64_t end_offset; ///< Stream position after its newline.
    std::uint64_t bytes;      ///< How long the line was, all but its `\n`.
    bool cut;                 ///< Whether `text` lacks some of it.
  };

  /// Adds bytes that follow those given before.
  void push(std::string_view bytes);

  /// Takes the next whole line; false if there is none yet.
  [[nodiscard]] bool next(line& out);

  /// Takes what is left after the last newline, as at the end of a stream.
  [[nodiscard]] bool rest(line& out);

  /// Stream position up to which lines have been taken.
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

private:
  bool take(std::size_t end, std::size_t skip, line& out);

  std::size_t line_bytes_max_;
  std::uint64_t offset_;
  std::uint64_t dropped_ = 0;
  std::size_t taken_ = 0;
  std::size_t scanned_ = 0;
  std::string buffer_;
};

} // namespace troupe
