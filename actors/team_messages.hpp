#pragma once

#include "actors/messages.hpp"
#include "store/team_record.hpp"

#include <optional>
#include <string>
#include <vector>

/// What actors say to each other about teams, beside the tool questions themselves.
namespace troupe {

/// Tell the asker whenever this run's phase changes, and how it is now.
struct follow_run : message_tag {
  std::string run_id;
};

/// Start a run for a member. The key of the request is the same for the same start, so
/// that asking again makes no second run.
struct spawn_member : message_tag {
  asked<spawn_run> request;
  std::string team_id;
  std::string member;
  std::string cause;
  std::optional<std::string> predecessor;
  bool only_known = false; ///< Not found unless it has been made already.
};

/// Could these runs be started? Checks everything but how many there are now.
struct vet_team : message_tag {
  std::shared_ptr<const caller> who;
  std::vector<spawn_run> members;
};

struct vetted_team : message_tag {
  std::vector<std::string> ancestors; ///< The run that asks, and those above it.
};

/// Everything is recovered: teams may go on.
struct runs_ready : message_tag {};

/// How many teams are not final.
struct teams_here : message_tag {
  std::size_t count = 0;
};

struct stop_team : message_tag {
  std::string detail;
};

/// How a team is; on disk already.
struct team_report : message_tag {
  team_view view;
};

struct create_team : message_tag {
  store::team_record record;
  store::team_launch launch;
};

struct save_team : message_tag {
  store::team_record record;
};

struct load_team : message_tag {
  std::string team_id;
};

struct loaded_team : message_tag {
  store::team_record record;
  std::optional<store::team_launch> launch; ///< Not of one that is final.
};

struct load_teams : message_tag {};

struct all_teams : message_tag {
  std::vector<store::team_record> teams; ///< Newest first.
  std::vector<std::string> complaints;
};

} // namespace troupe
