#pragma once

#include "protocol/exit.hpp"
#include "protocol/team_views.hpp"
#include "protocol/teams.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::store {

/// Which runs stand for a member that is no team.
struct member_runs {
  std::optional<std::string> run_id;      ///< Of its newest start, once that is known.
  std::optional<std::string> predecessor; ///< The run before.
  std::uint32_t made = 0;                 ///< Names the next one: no start makes two.
  std::optional<std::string> session_id;  ///< To resume, if it can be.
  std::optional<exit_reason> exit;        ///< Of the run before.

  static constexpr auto fields() {
    return field_list{
      optional("run_id", &member_runs::run_id, "Its newest run."),
      optional("predecessor", &member_runs::predecessor, "The run before."),
      required("made", &member_runs::made, "How many runs it has had."),
      optional("session_id", &member_runs::session_id, "The conversation to resume."),
      optional("exit", &member_runs::exit, "Why the run before ended."),
    };
  }
};

/// team.json: what a successor needs to go on with a team, and all that get_tree shows.
struct team_record {
  int version = 1;
  team_view view;
  std::vector<team_state> states;             ///< Of it and of the teams inside it.
  std::map<std::string, member_runs> members; ///< By path.
  std::vector<decision_view> decisions;       ///< The newest 64, oldest first.
  std::vector<std::string> ancestors;         ///< The run that asked, and those above.
  std::vector<std::string> keys;              ///< Of the calls that asked for it.

  static constexpr auto fields() {
    return field_list{
      required("version", &team_record::version, "Of this file; 1."),
      required("view", &team_record::view, "What get_tree shows."),
      required("states", &team_record::states, "Of it and of the teams inside it."),
      required("members", &team_record::members, "Their runs, by path."),
      optional("decisions", &team_record::decisions, "The newest, oldest first."),
      optional("ancestors", &team_record::ancestors, "Runs that may see it."),
      optional("keys", &team_record::keys, "Idempotency keys of its calls."),
    };
  }
};

/// launch.json of a team (0600, removed when it is final): as it was asked for.
struct team_launch {
  int version = 1;
  spawn_team request;
  std::string cwd;                        ///< Of the client.
  std::map<std::string, std::string> env; ///< Of the client.
  std::optional<std::string> run_id;      ///< The run that asked.
  std::uint32_t depth = 0;                ///< Of that run.

  static constexpr auto fields() {
    return field_list{
      required("version", &team_launch::version, "Of this file; 1."),
      required("request", &team_launch::request, "As given."),
      required("cwd", &team_launch::cwd, "Of the client."),
      optional("env", &team_launch::env, "Of the client."),
      optional("run_id", &team_launch::run_id, "The run that asked."),
      optional("depth", &team_launch::depth, "Of that run."),
    };
  }
};

} // namespace troupe::store
