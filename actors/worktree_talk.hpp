#pragma once

#include "actors/messages.hpp"

#include <optional>
#include <string>
#include <vector>

/// What actors say to each other about git worktrees.
namespace troupe {

/// Makes a worktree for a run, or checks that of its conversation.
struct make_worktree : message_tag {
  std::string run_id;
  std::string agent_name;
  std::string cwd;
  std::optional<worktree_view> existing;
};

struct made_worktree : message_tag {
  worktree_view view;
  std::string cwd; ///< The directory that was asked for, inside it.
};

/// Which live runs work in this directory or below it.
struct who_works_in : message_tag {
  std::string directory;
};

struct worktree_users : message_tag {
  std::vector<std::string> run_ids;
};

} // namespace troupe
