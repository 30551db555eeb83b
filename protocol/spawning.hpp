#pragma once

#include "protocol/confinement.hpp"
#include "protocol/isolation.hpp"
#include "protocol/messages.hpp"
#include "protocol/notify.hpp"
#include "protocol/phases.hpp"
#include "protocol/policy.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Starting a run: what a caller may say about it.
namespace troupe {

enum class session_mode : std::uint8_t { new_, resume, resume_or_new };

constexpr auto names(session_mode) {
  return std::to_array<std::string_view>({"new", "resume", "resume_or_new"});
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
  isolation_mode isolation = isolation_mode::none;
  std::optional<notify_policy> notify;
  std::optional<confinement> confine;
  std::optional<std::string> profile;
  std::optional<raw_json> output_schema;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required(
        "backend",
        &spawn_run::backend,
        "claude_code, codex, codex_exec, acp, remote_a2a, process, or a name from the "
        "configuration."),
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
      optional("session_id", &spawn_run::session_id, "Required unless new."),
      optional(
        "metadata", &spawn_run::metadata, "Kept and given back, never interpreted."),
      optional(
        "backend_config",
        &spawn_run::backend_config,
        "What one backend understands: command (argv), model, args, permission_mode, "
        "stdin, agent_url."),
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
      optional(
        "isolation",
        &spawn_run::isolation,
        "worktree: in a git worktree and branch of its own."),
      optional(
        "notify",
        &spawn_run::notify,
        "Tells a person, by {command: [argv], on: [attention, end], timeout_s}."),
      optional(
        "confine",
        &spawn_run::confine,
        "The kernel lets it write in cwd and signal its own only, beside "
        "{writable: [paths], signals, file_mb, open_files}."),
      optional(
        "profile",
        &spawn_run::profile,
        "Persona: reviewer, or a file, absolute or below cwd."),
      optional(
        "output_schema",
        &spawn_run::output_schema,
        "JSON Schema (draft-07, an object) that the answer must fit; it is checked, "
        "asked for once more, and comes as result.structured_output."),
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
    return field_list{
      required("run_id", &spawned_run::run_id, "Handle for the other tools."),
      required("backend", &spawned_run::backend, "As asked."),
      required("role", &spawned_run::role, "As asked."),
      required("session_id", &spawned_run::session_id, "The conversation."),
      required("agent_name", &spawned_run::agent_name, "Its nickname."),
      required("status", &spawned_run::status, "queued or running."),
    };
  }
};

} // namespace troupe
