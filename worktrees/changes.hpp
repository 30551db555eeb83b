#pragma once

#include "protocol/result.hpp"
#include "protocol/worktrees.hpp"

#include <cstddef>

/// What a run changed against the commit it started from.
namespace troupe::worktrees {

/// A patch beyond this ends, and says so; a file beyond file_bytes_max counts as
/// binary.
inline constexpr std::size_t patch_bytes_max = 64 * 1024 * 1024;
inline constexpr std::size_t file_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t files_shown_max = 1000;

/// Committed, staged, changed and untracked files that git does not ignore. If the
/// worktree is gone, what its branch says. Files and patch share `max_bytes` of the
/// question, as they will be printed in JSON; the patch goes on at `next_offset`.
/// Blocks. errc::not_found: neither the worktree nor its branch is left.
[[nodiscard]] result<run_diff>
changes(const worktree_view& at, const get_diff& question);

} // namespace troupe::worktrees
