#pragma once

#include <filesystem>

namespace troupe::test {

/// Whether every directory on the way to a program, and itself, is open to all users.
inline bool is_open_to_all(const std::filesystem::path& program) {
  using std::filesystem::perms;
  for (auto at = program; at.has_relative_path(); at = at.parent_path())
    if ((status(at).permissions() & perms::others_exec) == perms::none)
      return false;
  return true;
}

} // namespace troupe::test
