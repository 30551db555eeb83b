#pragma once

#include "worktrees/repository.hpp"

#include <string>

namespace troupe::worktrees {

/// Removes a checkout without ever deleting what no commit has: file by file as `files`
/// names them, then directories, which go only when they are empty, and .git last.
/// Follows no symbolic link. What is not in `files` is untouched, and then the
/// directory stays: errc::conflict.
[[nodiscard]] result<void> take_down(const std::string& path, const git_tree* files);

} // namespace troupe::worktrees
