#pragma once

#include "protocol/lines.hpp"
#include "store/files.hpp"

#include <vector>

namespace troupe::store {

/// Reads the whole lines of a log one after the other; a torn last line is never given.
/// Holds one line and one step of the file, or all of it if that is less.
class line_reader {
public:
  /// Longer lines come cut, and say so. No line of ours gets near it.
  static constexpr std::size_t line_bytes_max = 64 << 20;

  [[nodiscard]] static result<line_reader>
  open(const std::filesystem::path& file, std::uint64_t offset, std::size_t step_bytes);

  /// Takes the next line; false where the whole lines end.
  [[nodiscard]] result<bool> next(line_splitter::line& out);

private:
  line_reader(descriptor in, std::filesystem::path file, std::uint64_t offset);

  descriptor in_;
  std::filesystem::path file_;
  std::uint64_t read_to_;
  line_splitter lines_;
  std::vector<char> step_;
};

} // namespace troupe::store
