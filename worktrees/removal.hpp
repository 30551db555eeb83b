#pragma once

#include "protocol/result.hpp"
#include "protocol/worktrees.hpp"

#include <optional>
#include <string>
#include <vector>

/// The end of a worktree. Work is never destroyed: what no other branch has, or no
/// commit at all, keeps it. There is no way around that; whoever wants to lose work
/// does so himself, with git.
namespace troupe::worktrees {

struct findings {
  std::optional<std::string> branch; ///< What is checked out, if it is a branch.
  std::vector<std::string> keeps;    ///< Why it stays, each with what to do.
};

/// Looks for changed, untracked and ignored files, commits that no other branch or tag
/// has, an operation half done, filled submodules, and a lock. `run_branch` is the one
/// made for the run and goes with it. Blocks.
[[nodiscard]] result<findings>
inspect(const std::string& path, const std::optional<std::string>& run_branch);

/// Removes it, git's record of it, and the branch made for it. Refused while `inspect`
/// finds anything; deletes only files that are in the commit that is checked out, so
/// that a file which appears meanwhile stays.
[[nodiscard]] result<removed_worktree>
remove(const std::string& path, const std::optional<std::string>& run_branch);

} // namespace troupe::worktrees
