#pragma once

#include "protocol/result.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

/// Files that somebody we do not trust names, inside one directory and nowhere else: no
/// `..`, symbolic link or magic link of /proc leads out of it, whoever changes names at
/// the same time (openat2(2), RESOLVE_BENEATH). Only regular files; nothing is waited
/// on. Blocking. errc::refused: it leads out, or the kernel cannot promise that it does
/// not.
namespace troupe::store {

inline constexpr std::size_t shared_file_bytes_max = std::size_t{1024} * 1024;

/// A text of at most shared_file_bytes_max, in UTF-8; not_found if there is none.
[[nodiscard]] result<std::string>
read_inside(const std::filesystem::path& directory, const std::string& file);

/// Replaces what is in the file, in place, and makes it if needed, with the mode that
/// the umask leaves; directories are not made. Whether there was none before.
[[nodiscard]] result<bool> write_inside(
  const std::filesystem::path& directory,
  const std::string& file,
  std::string_view text);

} // namespace troupe::store
