#pragma once

#include "cli/cells.hpp"
#include "cli/door.hpp"
#include "cli/options.hpp"
#include "protocol/worktrees.hpp"

#include <string>

/// The commands about runs in git worktrees of their own.
namespace troupe::cli {

[[nodiscard]] int show_diff(door& at, const diff_options& wanted);
[[nodiscard]] int show_worktrees(door& at, const worktree_list_options& wanted);
[[nodiscard]] int remove_worktrees(door& at, const worktree_remove_options& wanted);

/// ` path | +3 -1`, one file a line, and a sum. Pure.
[[nodiscard]] std::string render_stat(const run_diff& changed, const look& as);

} // namespace troupe::cli
