#pragma once

#include "protocol/spawning.hpp"
#include "protocol/team_policy.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Teams: runs that share a fate. What the team tools take and give.
namespace troupe {

/// A run, or a team of its own.
struct team_member {
  std::string name;
  std::optional<spawn_run> run;
  std::optional<raw_json> team;
  std::optional<std::vector<std::string>> depends_on;
  readiness ready = readiness::spoke;
  restart_type restart = restart_type::transient;
  bool significant = false;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("name", &team_member::name, "Unique in the team; also its agent's."),
      optional("run", &team_member::run, "The agent, as for spawn_run …"),
      optional("team", &team_member::team, "… or a nested team, as for spawn_team."),
      optional(
        "depends_on",
        &team_member::depends_on,
        "Earlier members it waits for. Absent: the one before. []: nobody."),
      optional("ready", &team_member::ready, "When those that depend on it may start."),
      optional(
        "restart_type",
        &team_member::restart,
        "When its end is a restart of the team's, once its own restarts are used up."),
      optional("significant", &team_member::significant, "Counts for auto_shutdown."),
    };
  }
};

struct spawn_team {
  std::optional<std::string> name;
  strategy how = strategy::one_for_one;
  std::vector<team_member> members;
  std::uint32_t max_restarts = 3;
  std::uint32_t period_s = 300;
  std::uint32_t stop_s = 30;
  auto_shutdown ends_with = auto_shutdown::never;
  std::optional<std::string> definition;
  std::optional<std::string> idempotency_key;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("name", &spawn_team::name, "Unique among live teams."),
      optional(
        "strategy",
        &spawn_team::how,
        "Whom a restart takes along: nobody, all, or those that depend on it."),
      optional("members", &spawn_team::members, "1 to 64, nested ones included."),
      optional("max_restarts", &spawn_team::max_restarts, "More in period_s fail it."),
      optional("period_s", &spawn_team::period_s, "Window for max_restarts."),
      optional("stop_s", &spawn_team::stop_s, "Time to stop; then all are killed."),
      optional(
        "auto_shutdown",
        &spawn_team::ends_with,
        "Ends the team with the first, or the last, significant member."),
      optional(
        "definition", &spawn_team::definition, "All of this as YAML text instead."),
      optional(
        "idempotency_key",
        &spawn_team::idempotency_key,
        "The same key again answers with the same team."),
    };
  }
};

struct spawned_team {
  std::string team_id;
  std::string name;
  team_phase phase = team_phase::running;

  static constexpr auto fields() {
    return field_list{
      required("team_id", &spawned_team::team_id, "Handle for the other tools."),
      required("name", &spawned_team::name, "Its name."),
      required("phase", &spawned_team::phase, "Where it is."),
    };
  }
};

struct cancel_team {
  std::string team;
  std::optional<std::string> reason;
  std::uint32_t wait_ms = 10'000;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("team", &cancel_team::team, "Id, unique prefix of it, or name."),
      optional("reason", &cancel_team::reason, "Kept with the team."),
      optional(
        "wait_ms", &cancel_team::wait_ms, "Wait this long for its end, 0 to 50000."),
    };
  }
};

struct cancelled_team {
  std::string team_id;
  team_phase phase = team_phase::cancelled;
  std::vector<std::string> left;

  static constexpr auto fields() {
    return field_list{
      required("team_id", &cancelled_team::team_id, "The team."),
      required(
        "phase",
        &cancelled_team::phase,
        "stopping while members are left; then final."),
      required("left", &cancelled_team::left, "Members that are not gone yet."),
    };
  }
};

} // namespace troupe
