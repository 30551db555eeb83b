#pragma once

#include "protocol/exit.hpp"
#include "protocol/messages.hpp"
#include "protocol/phases.hpp"
#include "protocol/policy.hpp"

#include <map>
#include <string>
#include <vector>

/// The run tools: what each takes and gives. Names and shapes are kept from the servers
/// that existing clients know; see docs/tools.md.
namespace troupe {

enum class session_mode : std::uint8_t { new_, resume };

constexpr auto names(session_mode) {
  return std::to_array<std::string_view>({"new", "resume"});
}

enum class env_mode : std::uint8_t { inherit, clean };

constexpr auto names(env_mode) {
  return std::to_array<std::string_view>({"inherit", "clean"});
}

struct spawn_run {
  std::string backend;
  std::optional<std::string> prompt;
  std::optional<agent_message> input_message;
  std::optional<std::string> cwd;
  std::string role = "worker";
  std::optional<std::string> nickname;
  session_mode mode = session_mode::new_;
  std::optional<std::string> session_id;
  raw_json metadata;
  raw_json backend_config;
  restart_policy restart;
  run_limits limits;
  permission_policy permissions;
  std::map<std::string, std::string> env;
  env_mode environment = env_mode::inherit;
  std::optional<std::string> idempotency_key;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      required(
        "backend",
        &spawn_run::backend,
        "claude_code, process, or a name from the configuration."),
      optional("prompt", &spawn_run::prompt, "What the agent is asked to do."),
      optional(
        "input_message",
        &spawn_run::input_message,
        "The prompt as a message with parts."),
      optional(
        "cwd",
        &spawn_run::cwd,
        "Absolute, existing directory; the client's if absent."),
      optional("role", &spawn_run::role, "A label: planner, worker, reviewer."),
      optional(
        "nickname",
        &spawn_run::nickname,
        "Agent name, unique per cwd among live runs."),
      optional(
        "session_mode", &spawn_run::mode, "Start a conversation, or go on with one."),
      optional("session_id", &spawn_run::session_id, "Required to resume."),
      optional(
        "metadata", &spawn_run::metadata, "Kept and given back, never interpreted."),
      optional(
        "backend_config",
        &spawn_run::backend_config,
        "What one backend understands: command (argv), model, args, permission_mode, "
        "stdin."),
      optional(
        "restart", &spawn_run::restart, "When to start it again after a failure."),
      optional("limits", &spawn_run::limits, "Time, memory and output limits."),
      optional(
        "permissions",
        &spawn_run::permissions,
        "Which tool requests settle themselves."),
      optional("env", &spawn_run::env, "Added to the agent's environment."),
      optional(
        "env_mode",
        &spawn_run::environment,
        "Whether to start from the client's environment."),
      optional(
        "idempotency_key",
        &spawn_run::idempotency_key,
        "The same key again answers with the same run."),
    };
  }
};

struct spawned_run {
  std::string run_id;
  std::string backend;
  std::string role;
  std::string session_id;
  std::string agent_name;
  run_status status = run_status::queued;

  static constexpr auto fields() {
    return std::tuple{
      required("run_id", &spawned_run::run_id, "Handle for the other tools."),
      required("backend", &spawned_run::backend, "As asked."),
      required("role", &spawned_run::role, "As asked."),
      required("session_id", &spawned_run::session_id, "The conversation."),
      required("agent_name", &spawned_run::agent_name, "Its nickname."),
      required("status", &spawned_run::status, "queued or running."),
    };
  }
};

/// A request of the agent that waits for an answer.
struct pending_request {
  std::string request_id;
  std::string kind = "permission";
  std::string title;
  raw_json detail;
  std::vector<std::string> options;

  friend bool operator==(const pending_request&, const pending_request&) = default;

  static constexpr auto fields() {
    return std::tuple{
      required("request_id", &pending_request::request_id, "Name it in the answer."),
      required("kind", &pending_request::kind, "permission, question or auth."),
      required("title", &pending_request::title, "In one line."),
      required(
        "detail", &pending_request::detail, "The tool and its input, or the question."),
      required("options", &pending_request::options, "Decisions it takes."),
    };
  }
};

struct attempt_view {
  std::uint32_t n = 1;
  std::optional<exit_reason> exit;
  timestamp started_at;
  std::optional<timestamp> ended_at;
  std::optional<std::string> proof;
  std::optional<std::uint32_t> peak_memory_mb;

  static constexpr auto fields() {
    return std::tuple{
      required("n", &attempt_view::n, "1, 2, 3 …"),
      optional("exit", &attempt_view::exit, "Why it ended."),
      required("started_at", &attempt_view::started_at, "When."),
      optional("ended_at", &attempt_view::ended_at, "When its tree was gone."),
      optional("proof", &attempt_view::proof, "How it is known that the tree is gone."),
      optional("peak_memory_mb", &attempt_view::peak_memory_mb, "Most memory used."),
    };
  }
};

struct token_usage {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t cached_input_tokens = 0;

  friend bool operator==(const token_usage&, const token_usage&) = default;

  static constexpr auto fields() {
    return std::tuple{
      optional("input_tokens", &token_usage::input_tokens, "Read."),
      optional("output_tokens", &token_usage::output_tokens, "Written."),
      optional(
        "cached_input_tokens", &token_usage::cached_input_tokens, "Read from a cache."),
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
    return std::tuple{
      optional("final_response", &run_result::final_response, "The answer."),
      optional(
        "structured_output", &run_result::structured_output, "The answer as data."),
      optional("usage", &run_result::usage, "Tokens of all turns."),
      optional("cost_usd", &run_result::cost_usd, "As the backend states it."),
    };
  }
};

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

  friend bool operator==(const run_brief&, const run_brief&) = default;

  static constexpr auto fields() {
    return std::tuple{
      required("run_id", &run_brief::run_id, "Handle for the other tools."),
      required("agent_name", &run_brief::agent_name, "Its nickname."),
      required("backend", &run_brief::backend, "Which kind of agent."),
      required("role", &run_brief::role, "Its label."),
      required("session_id", &run_brief::session_id, "The conversation."),
      required("status", &run_brief::status, "Where it is."),
      required("phase", &run_brief::phase, "In detail."),
      required("cwd", &run_brief::cwd, "Its directory."),
      required(
        "summary", &run_brief::summary, "What it said or did last, in one line."),
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
    };
  }
};

struct get_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      optional("run_id", &get_run::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &get_run::agent_name, "Instead of run_id."),
      optional("cwd", &get_run::cwd, "Where the agent_name is meant."),
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
  std::optional<std::string> resumed_from_run_id;
  std::optional<std::string> parent_run_id;
  std::uint32_t depth = 1;

  static constexpr auto fields() {
    return std::tuple{
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
        "resumed_from_run_id",
        &run_view::resumed_from_run_id,
        "The run it goes on from."),
      optional("parent_run_id", &run_view::parent_run_id, "The run that started it."),
      optional("depth", &run_view::depth, "1 for a run started by a person."),
    };
  }
};

struct poll_events {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::uint64_t after_seq = 0;
  std::uint32_t limit = 100;
  std::uint32_t wait_ms = 20'000;
  std::uint32_t max_bytes = 16'384;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      optional(
        "run_id", &poll_events::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &poll_events::agent_name, "Instead of run_id."),
      optional("cwd", &poll_events::cwd, "Where the agent_name is meant."),
      optional("after_seq", &poll_events::after_seq, "Only events after this one."),
      optional("limit", &poll_events::limit, "At most this many, 1 to 1000."),
      optional(
        "wait_ms", &poll_events::wait_ms, "Wait this long for the first, 0 to 30000."),
      optional(
        "max_bytes", &poll_events::max_bytes, "Size of the answer, 1024 to 1048576."),
    };
  }
};

struct event_page {
  std::string run_id;
  run_status status = run_status::queued;
  std::vector<raw_json> events;
  std::uint64_t next_after_seq = 0;
  std::uint64_t last_seq = 0;
  bool has_more = false;

  static constexpr auto fields() {
    return std::tuple{
      required("run_id", &event_page::run_id, "The run."),
      required("status", &event_page::status, "Where it is."),
      required(
        "events", &event_page::events, "In order, without gaps: seq, ts, type, data …"),
      required(
        "next_after_seq", &event_page::next_after_seq, "Give this as after_seq next."),
      required(
        "last_seq", &event_page::last_seq, "Number of the newest event there is."),
      required("has_more", &event_page::has_more, "Whether more can be had at once."),
    };
  }
};

struct cancel_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::optional<std::string> reason;
  std::uint32_t wait_ms = 10'000;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      optional("run_id", &cancel_run::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &cancel_run::agent_name, "Instead of run_id."),
      optional("cwd", &cancel_run::cwd, "Where the agent_name is meant."),
      optional("reason", &cancel_run::reason, "Kept with the run."),
      optional(
        "wait_ms", &cancel_run::wait_ms, "Wait this long for the proof, 0 to 50000."),
    };
  }
};

struct cancelled_run {
  std::string run_id;
  run_status status = run_status::cancelled;
  run_phase phase = run_phase::cancelled;
  std::optional<timestamp> cancelled_at;
  std::optional<std::string> proof;

  static constexpr auto fields() {
    return std::tuple{
      required("run_id", &cancelled_run::run_id, "The run."),
      required(
        "status",
        &cancelled_run::status,
        "cancelled only when the process tree is gone."),
      required("phase", &cancelled_run::phase, "stopping while it is not."),
      optional("cancelled_at", &cancelled_run::cancelled_at, "When it was gone."),
      optional("proof", &cancelled_run::proof, "How that is known: cgroup or subtree."),
    };
  }
};

struct continue_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  agent_message input_message;
  std::optional<std::string> idempotency_key;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      optional(
        "run_id", &continue_run::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &continue_run::agent_name, "Instead of run_id."),
      optional("cwd", &continue_run::cwd, "Where the agent_name is meant."),
      required(
        "input_message",
        &continue_run::input_message,
        "Answers the pending request (allow, deny: why, or a data part "
        "{request_id, decision, message}); with none pending, the next turn."),
      optional(
        "idempotency_key",
        &continue_run::idempotency_key,
        "The same key again answers with the same run."),
    };
  }
};

enum class continue_mode : std::uint8_t { live, resume };

constexpr auto names(continue_mode) {
  return std::to_array<std::string_view>({"live", "resume"});
}

struct continued_run {
  std::string run_id;
  run_status status = run_status::running;
  std::string session_id;
  std::string agent_name;
  continue_mode mode = continue_mode::live;
  std::optional<std::string> resumed_from_run_id;

  static constexpr auto fields() {
    return std::tuple{
      required(
        "run_id",
        &continued_run::run_id,
        "The run that goes on; new if mode is resume."),
      required("status", &continued_run::status, "Where it is."),
      required("session_id", &continued_run::session_id, "The conversation."),
      required("agent_name", &continued_run::agent_name, "Its nickname."),
      required("mode", &continued_run::mode, "live, or resume as a new run."),
      optional(
        "resumed_from_run_id",
        &continued_run::resumed_from_run_id,
        "The finished run."),
    };
  }
};

struct list_runs {
  std::optional<run_status> status;
  std::optional<std::string> backend;
  std::optional<std::string> cwd;
  std::uint32_t limit = 20;
  std::optional<std::string> cursor;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      optional("status", &list_runs::status, "Only runs with this status."),
      optional("backend", &list_runs::backend, "Only runs of this backend."),
      optional("cwd", &list_runs::cwd, "Only runs in this directory."),
      optional("limit", &list_runs::limit, "At most this many, 1 to 100."),
      optional("cursor", &list_runs::cursor, "From the page before."),
    };
  }
};

struct run_page {
  std::vector<run_brief> runs;
  std::uint64_t total = 0;
  std::optional<std::string> next_cursor;

  static constexpr auto fields() {
    return std::tuple{
      required("runs", &run_page::runs, "Newest first."),
      required("total", &run_page::total, "How many match."),
      optional(
        "next_cursor", &run_page::next_cursor, "For the next page, if there is one."),
    };
  }
};

enum class wait_mode : std::uint8_t { any, all };

constexpr auto names(wait_mode) {
  return std::to_array<std::string_view>({"any", "all"});
}

enum class wait_until : std::uint8_t { terminal, attention };

constexpr auto names(wait_until) {
  return std::to_array<std::string_view>({"terminal", "attention"});
}

struct wait_runs {
  std::vector<std::string> run_ids;
  wait_mode mode = wait_mode::all;
  wait_until until = wait_until::attention;
  std::uint32_t wait_ms = 50'000;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return std::tuple{
      required(
        "run_ids",
        &wait_runs::run_ids,
        "1 to 100 runs, by id, unique prefix or agent name."),
      optional("mode", &wait_runs::mode, "any: the first of them; all: every one."),
      optional(
        "until",
        &wait_runs::until,
        "terminal: ended; attention: ended or needs an answer."),
      optional(
        "wait_ms",
        &wait_runs::wait_ms,
        "At most this long, 0 to 50000; call again to go on."),
    };
  }
};

struct waited_runs {
  bool satisfied = false;
  std::vector<run_brief> runs;
  std::vector<std::string> still_waiting;

  static constexpr auto fields() {
    return std::tuple{
      required(
        "satisfied",
        &waited_runs::satisfied,
        "false: time ran out; call again to go on."),
      required("runs", &waited_runs::runs, "All of them, as they are now."),
      required(
        "still_waiting", &waited_runs::still_waiting, "Ids of those not there yet."),
    };
  }
};

} // namespace troupe
