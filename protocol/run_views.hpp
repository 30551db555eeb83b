#pragma once

#include "protocol/exit.hpp"
#include "protocol/isolation.hpp"
#include "protocol/phases.hpp"
#include "protocol/usage.hpp"
#include "protocol/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// How a run looks from outside.
namespace troupe {

/// A request of the agent that waits for an answer.
struct pending_request {
  std::string request_id;
  std::string kind = "permission";
  std::string title;
  raw_json detail;
  std::vector<std::string> options;
  std::optional<timestamp> asked_at; ///< The run's word, not the agent's.
  std::optional<timestamp> deadline;

  friend bool operator==(const pending_request&, const pending_request&) = default;

  static constexpr auto fields() {
    return field_list{
      required("request_id", &pending_request::request_id, "Name it in the answer."),
      required("kind", &pending_request::kind, "permission, question or auth."),
      required("title", &pending_request::title, "In one line."),
      required(
        "detail", &pending_request::detail, "The tool and its input, or the question."),
      required("options", &pending_request::options, "Decisions it takes."),
      optional("asked_at", &pending_request::asked_at, "Since when it waits."),
      optional(
        "deadline",
        &pending_request::deadline,
        "When permissions.at_deadline answers it."),
    };
  }
};

struct attempt_view {
  std::uint32_t n = 1;
  std::optional<exit_reason> exit;
  timestamp started_at;
  std::optional<timestamp> ended_at;
  std::optional<std::string> proof;
  std::optional<std::uint32_t> memory_mb;
  std::optional<std::uint32_t> peak_memory_mb;
  std::optional<std::string> oom_proof;
  std::optional<attempt_usage> usage;

  static constexpr auto fields() {
    return field_list{
      required("n", &attempt_view::n, "1, 2, 3 …"),
      optional("exit", &attempt_view::exit, "Why it ended."),
      required("started_at", &attempt_view::started_at, "When."),
      optional("ended_at", &attempt_view::ended_at, "When its tree was gone."),
      optional("proof", &attempt_view::proof, "How it is known that the tree is gone."),
      optional("memory_mb", &attempt_view::memory_mb, "Memory its processes use now."),
      optional("peak_memory_mb", &attempt_view::peak_memory_mb, "Most memory used."),
      optional(
        "oom_proof",
        &attempt_view::oom_proof,
        "How it is known that memory ran out: counter (the kernel's own) or watchdog."),
      optional("usage", &attempt_view::usage, "What it has spent."),
    };
  }
};

struct run_result {
  std::optional<std::string> final_response;
  std::optional<raw_json> structured_output;
  std::optional<token_usage> usage;
  std::optional<double> cost_usd;

  friend bool operator==(const run_result&, const run_result&) = default;

  static constexpr auto fields() {
    return field_list{
      optional("final_response", &run_result::final_response, "The answer."),
      optional(
        "structured_output", &run_result::structured_output, "The answer as data."),
      optional("usage", &run_result::usage, "Tokens of all turns."),
      optional("cost_usd", &run_result::cost_usd, "As the backend states it."),
    };
  }
};

struct run_view {
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
  std::optional<timestamp> started_at;
  timestamp updated_at;
  raw_json metadata;
  std::optional<run_result> result;
  std::optional<std::string> error;
  std::vector<attempt_view> attempts;
  std::uint32_t restarts = 0;
  std::optional<exit_reason> exit;
  std::vector<pending_request> pending;
  std::optional<std::string> backend_session_id;
  std::optional<std::vector<std::string>> takeover;
  std::optional<std::string> resumed_from_run_id;
  std::optional<std::string> parent_run_id;
  std::uint32_t depth = 1;
  std::optional<std::string> team_id;
  std::optional<std::string> member;
  std::optional<worktree_view> worktree;
  std::optional<std::string> waits_for;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &run_view::run_id, "Handle for the other tools."),
      required("agent_name", &run_view::agent_name, "Its nickname."),
      required("backend", &run_view::backend, "Which kind of agent."),
      required("role", &run_view::role, "Its label."),
      required("session_id", &run_view::session_id, "The conversation."),
      required("status", &run_view::status, "Where it is."),
      required("phase", &run_view::phase, "In detail."),
      required("cwd", &run_view::cwd, "Its directory."),
      required("summary", &run_view::summary, "What it said or did last, in one line."),
      required("last_seq", &run_view::last_seq, "Number of its last event."),
      required("created_at", &run_view::created_at, "When it was asked for."),
      optional("started_at", &run_view::started_at, "When its first attempt started."),
      required("updated_at", &run_view::updated_at, "When it last changed."),
      optional("metadata", &run_view::metadata, "As given."),
      optional("result", &run_view::result, "The answer, once known."),
      optional(
        "error", &run_view::error, "What went wrong and what to do, if it failed."),
      optional("attempts", &run_view::attempts, "Every start of it."),
      optional("restarts", &run_view::restarts, "How often it was started again."),
      optional("exit", &run_view::exit, "Why it ended."),
      optional("pending", &run_view::pending, "Requests to answer with continue_run."),
      optional(
        "backend_session_id", &run_view::backend_session_id, "The backend's own id."),
      optional(
        "takeover",
        &run_view::takeover,
        "Goes on with it in the agent's own program, in cwd, once the run has ended."),
      optional(
        "resumed_from_run_id",
        &run_view::resumed_from_run_id,
        "The run it goes on from, or whose place in a team it takes."),
      optional("parent_run_id", &run_view::parent_run_id, "The run that started it."),
      optional("depth", &run_view::depth, "1 for a run started by a person."),
      optional("team_id", &run_view::team_id, "The team it is a member of."),
      optional("member", &run_view::member, "As which member of the team."),
      optional("worktree", &run_view::worktree, "Its own, if it is isolated."),
      optional(
        "waits_for",
        &run_view::waits_for,
        "What keeps its next attempt from starting."),
    };
  }
};

} // namespace troupe
