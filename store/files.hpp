#pragma once

#include "protocol/result.hpp"
#include "store/descriptor.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Files as the store needs them. Blocking; called by detached actors and tools only.
/// errno becomes an error in one place here. What is made here has mode 0600 (0700 for
/// directories) whatever the umask is, and is never made through a symbolic link.
namespace troupe::store {

/// An errno as an error that names the file and what to do about it, e.g. `cannot
/// write /x/run.json: No space left on device; free some space there, then try again`.
[[nodiscard]] error
file_error(int code, std::string_view doing, const std::filesystem::path& file);

/// Replaces a file by write and rename; mode 0600. Readers see the old text or the new,
/// never a part. It is on the disk only after sync_paths. One writer a file.
[[nodiscard]] result<void>
write_snapshot(const std::filesystem::path& file, std::string_view text);

/// Opens a regular file for reading; anything else is refused without waiting on it.
[[nodiscard]] result<descriptor> open_to_read(const std::filesystem::path& file);

/// The whole file, at most `bytes_max`; not_found if there is none.
[[nodiscard]] result<std::string>
read_file(const std::filesystem::path& file, std::uint64_t bytes_max = 256 << 20);

/// At most `bytes_max` of the end of a file, cut to whole UTF-8; empty if there is
/// none.
[[nodiscard]] std::string
read_tail(const std::filesystem::path& file, std::size_t bytes_max);

/// Creates a directory and its parents, 0700.
[[nodiscard]] result<void> make_directory(const std::filesystem::path& directory);

struct sync_failure {
  std::string path;
  error why;
};

/// Brings files and directories to the disk; what could not be, and why. A path that
/// does not exist is no failure. Writing begins on all before any is waited for, and
/// directories, which others change meanwhile, go first: so they share what a file
/// system does for one of them (a commit of its own journal).
[[nodiscard]] std::vector<sync_failure>
sync_paths(const std::vector<std::string>& paths);

/// The names in a directory that are of this form, last first; none if it is not there.
[[nodiscard]] std::vector<std::string>
names_in(const std::filesystem::path& directory, bool (*is_one)(std::string_view));

[[nodiscard]] result<void> remove_if_there(const std::filesystem::path& file);

/// Renames a damaged file to `<name>.damaged-<time>`; what it was called then, empty if
/// it could not be renamed.
std::filesystem::path set_aside(const std::filesystem::path& file);

/// Moves everything from `offset` on to `<name>.damaged-<time>` and cuts the file
/// there; what the tail is called now. The tail is safe before the file is cut.
[[nodiscard]] result<std::filesystem::path>
set_tail_aside(const std::filesystem::path& file, std::uint64_t offset);

/// An append-only log of lines. Opening cuts a torn last line (no newline at the end).
/// One writer a file. Not thread-safe.
class line_log {
public:
  [[nodiscard]] static result<line_log> open(const std::filesystem::path& file);
  line_log(line_log&&) noexcept;
  line_log& operator=(line_log&&) noexcept;
  ~line_log();

  /// Appends whole lines (each ends in a newline) in one write. If that fails, nothing
  /// of them stays in the file.
  [[nodiscard]] result<void> append(std::string_view lines);
  [[nodiscard]] std::uint64_t size() const { return size_; }

private:
  line_log(descriptor log, std::uint64_t size, std::filesystem::path file);
  descriptor log_;
  std::uint64_t size_ = 0;
  std::filesystem::path file_;
};

} // namespace troupe::store
