#pragma once

#include "protocol/phases.hpp"
#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// What a list shows of a run.
struct run_brief {
  std::string run_id;
  std::string agent_name;
  std::string backend;
  std::string role;
  std::string session_id;
  run_status status = run_status::queued;
  run_phase phase = run_phase::queued;
  std::string cwd;
  std::string summary;
  std::uint64_t last_seq = 0;
  timestamp created_at;
  timestamp updated_at;
  std::uint32_t restarts = 0;
  std::uint32_t pending_requests = 0;
  std::optional<std::string> parent_run_id;
  std::uint32_t depth = 1;
  std::optional<std::string> team_id;
  std::optional<std::string> origin;

  friend bool operator==(const run_brief&, const run_brief&) = default;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &run_brief::run_id, "Handle for the other tools."),
      required("agent_name", &run_brief::agent_name, "Its nickname."),
      required("backend", &run_brief::backend, "Which kind of agent."),
      required("role", &run_brief::role, "Its label."),
      required("session_id", &run_brief::session_id, "The conversation."),
      required("status", &run_brief::status, "Where it is."),
      required("phase", &run_brief::phase, "In detail."),
      required("cwd", &run_brief::cwd, "Its directory."),
      required(
        "summary",
        &run_brief::summary,
        "What it said or did last, or waits for, in one line."),
      required("last_seq", &run_brief::last_seq, "Number of its last event."),
      required("created_at", &run_brief::created_at, "When it was asked for."),
      required("updated_at", &run_brief::updated_at, "When it last changed."),
      optional("restarts", &run_brief::restarts, "How often it was started again."),
      optional(
        "pending_requests",
        &run_brief::pending_requests,
        "Requests that wait for an answer."),
      optional("parent_run_id", &run_brief::parent_run_id, "The run that started it."),
      optional("depth", &run_brief::depth, "1 for a run started by a person."),
      optional("team_id", &run_brief::team_id, "The team it is a member of."),
      optional(
        "origin", &run_brief::origin, "The cwd asked for, if it works in a worktree."),
    };
  }
};

} // namespace troupe
