#pragma once

#include "protocol/phases.hpp"
#include "protocol/policy.hpp"
#include "protocol/team_policy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How the tree of teams and runs looks from outside, and why.
namespace troupe {

struct member_view {
  std::string path;
  member_phase phase = member_phase::waiting;
  std::optional<std::string> run_id;
  std::optional<member_end> end;
  std::uint32_t starts = 0;
  std::vector<std::string> waits_for;
  std::optional<timestamp> waits_until;
  std::optional<strategy> team;
  std::string cause;

  static constexpr auto fields() {
    return field_list{
      required("path", &member_view::path, "Its name, behind those of its teams."),
      required("phase", &member_view::phase, "Where it is."),
      optional("run_id", &member_view::run_id, "Its newest run."),
      optional("end", &member_view::end, "How it ended last."),
      optional("starts", &member_view::starts, "How often the team started it."),
      optional("waits_for", &member_view::waits_for, "Members that are not ready."),
      optional("waits_until", &member_view::waits_until, "When it is tried again."),
      optional("team", &member_view::team, "The strategy, if it is a team."),
      required("cause", &member_view::cause, "Why it is where it is."),
    };
  }
};

struct team_view {
  std::string team_id;
  std::string name;
  team_phase phase = team_phase::running;
  strategy how = strategy::one_for_one;
  std::string cause;
  std::uint32_t restarts = 0;
  timestamp created_at;
  timestamp updated_at;
  std::optional<std::string> parent_run_id;
  std::vector<member_view> members;

  static constexpr auto fields() {
    return field_list{
      required("team_id", &team_view::team_id, "Handle for the other tools."),
      required("name", &team_view::name, "Its name."),
      required("phase", &team_view::phase, "Where it is."),
      required("strategy", &team_view::how, "Whom a restart takes along."),
      required("cause", &team_view::cause, "Why it stops or has ended."),
      optional("restarts", &team_view::restarts, "Of members, nested ones included."),
      required("created_at", &team_view::created_at, "When it was asked for."),
      required("updated_at", &team_view::updated_at, "When it last changed."),
      optional("parent_run_id", &team_view::parent_run_id, "The run that started it."),
      required("members", &team_view::members, "In order, nested ones after theirs."),
    };
  }
};

/// A run of the tree that is in no team.
struct tree_run {
  std::string run_id;
  std::string agent_name;
  run_status status = run_status::queued;
  run_phase phase = run_phase::queued;
  std::uint32_t restarts = 0;
  std::optional<std::string> parent_run_id;
  std::string summary;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &tree_run::run_id, "The run."),
      required("agent_name", &tree_run::agent_name, "Its nickname."),
      required("status", &tree_run::status, "Where it is."),
      required("phase", &tree_run::phase, "In detail."),
      optional("restarts", &tree_run::restarts, "How often it was started again."),
      optional("parent_run_id", &tree_run::parent_run_id, "The run that started it."),
      required("summary", &tree_run::summary, "What it did last."),
    };
  }
};

struct get_tree {
  std::optional<std::string> team;
  bool ended = false;
  std::uint32_t wait_ms = 0;
  std::uint32_t max_bytes = 16'384;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("team", &get_tree::team, "Only this one: id, unique prefix or name."),
      optional("ended", &get_tree::ended, "Ended teams and runs too."),
      optional(
        "wait_ms",
        &get_tree::wait_ms,
        "Wait this long for the end of team, 0 to 50000."),
      optional("max_bytes", &get_tree::max_bytes, "Of the answer, 1024 to 1048576."),
    };
  }
};

struct tree_view {
  std::vector<team_view> teams;
  std::vector<tree_run> runs;

  static constexpr auto fields() {
    return field_list{
      required("teams", &tree_view::teams, "Newest first."),
      required(
        "runs", &tree_view::runs, "Those in no team, newest first, at most 100."),
    };
  }
};

/// One decision of a team or of a run's policy.
struct decision_view {
  timestamp at;
  std::string about;
  std::string what;

  static constexpr auto fields() {
    return field_list{
      required("at", &decision_view::at, "When."),
      required("about", &decision_view::about, "A run, a member or a team."),
      required("what", &decision_view::what, "What was decided, and why."),
    };
  }
};

struct ask_why {
  std::string id;
  std::uint32_t limit = 20;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("id", &ask_why::id, "A run or a team: id, unique prefix or name."),
      optional("limit", &ask_why::limit, "At most so many decisions, 1 to 64."),
    };
  }
};

struct why_view {
  std::string id;
  std::string now;
  std::vector<decision_view> decisions;

  static constexpr auto fields() {
    return field_list{
      required("id", &why_view::id, "The run or team."),
      required("now", &why_view::now, "Where it is."),
      required("decisions", &why_view::decisions, "Newest first."),
    };
  }
};

/// The decisions of a team, or those about one of its runs.
struct list_decisions {
  std::string team;
  std::optional<std::string> run_id;

  static constexpr auto fields() {
    return field_list{
      required("team", &list_decisions::team, "Id, unique prefix or name."),
      optional("run_id", &list_decisions::run_id, "Only about this member's run."),
    };
  }
};

} // namespace troupe
