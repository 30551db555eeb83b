#pragma once

#include "protocol/result.hpp"
#include "protocol/worktrees.hpp"

#include <string>

/// A git worktree and branch for one run. Everything here blocks on the disk; nothing
/// starts a process.
namespace troupe::worktrees {

struct plan {
  std::string cwd;        ///< Where the run was asked to work.
  std::string path;       ///< Where the worktree is to be; must not exist.
  std::string name;       ///< Of git's own record of it: the run's id.
  std::string agent_name; ///< For the branch, troupe/<agent_name>.
};

struct made {
  worktree_view view;
  std::string cwd; ///< The same directory inside it.
};

/// Makes both from the commit that is checked out around `cwd`; what is not committed
/// there is not in it. A taken branch name is followed by -2, -3 …; an existing branch
/// is never used. Submodules stay empty. On failure nothing is left of it.
/// errc::invalid_argument: no repository, a bare one, no commit yet, a directory that
/// no commit has; the message says what to do.
[[nodiscard]] result<made> make(const plan& wanted);

/// Refuses if the worktree of a conversation that is to go on is not there any more.
[[nodiscard]] result<void> check(const worktree_view& at);

} // namespace troupe::worktrees
