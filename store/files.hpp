#pragma once

#include "protocol/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

/// Files as the store needs them. Blocking; called by detached actors and tools only.
/// errno becomes an error in one place here.
namespace troupe::store {

/// Replaces a file by write, fsync (if `durable`) and rename; mode 0600.
[[nodiscard]] result<void>
write_snapshot(const std::filesystem::path& file, std::string_view text, bool durable);

/// The whole file, at most `bytes_max`; not_found if there is none.
[[nodiscard]] result<std::string>
read_file(const std::filesystem::path& file, std::uint64_t bytes_max = 256 << 20);

/// At most `bytes_max` of the end of a file, cut to whole UTF-8; empty if there is
/// none.
[[nodiscard]] std::string
read_tail(const std::filesystem::path& file, std::size_t bytes_max);

/// Creates a directory and its parents, 0700.
[[nodiscard]] result<void> make_directory(const std::filesystem::path& directory);

/// Renames a damaged file to `<name>.damaged-<time>`; what it was called then.
std::filesystem::path set_aside(const std::filesystem::path& file);

/// An append-only log of lines. Opening cuts a torn last line (no newline at the end).
/// One writer a file. Not thread-safe.
class line_log {
public:
  [[nodiscard]] static result<line_log> open(const std::filesystem::path& file);
  line_log(line_log&&) noexcept;
  line_log& operator=(line_log&&) noexcept;
  ~line_log();

  /// Appends whole lines (each ends in a newline) in one write.
  [[nodiscard]] result<void> append(std::string_view lines);
  [[nodiscard]] result<void> sync();
  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  explicit line_log(int fd, std::uint64_t size);
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

} // namespace troupe::store
