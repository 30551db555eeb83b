#pragma once

#include "protocol/messages.hpp"
#include "protocol/phases.hpp"
#include "protocol/policy.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Orders to a run that exists: go on, or stop.
namespace troupe {

struct cancel_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::optional<std::string> reason;
  std::uint32_t wait_ms = 10'000;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
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
    return field_list{
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
    return field_list{
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
    return field_list{
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

struct restart_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  restart_mode mode = restart_mode::resume;
  std::optional<std::string> reason;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "run_id", &restart_run::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &restart_run::agent_name, "Instead of run_id."),
      optional("cwd", &restart_run::cwd, "Where the agent_name is meant."),
      optional(
        "mode", &restart_run::mode, "Resume the conversation, or start it afresh."),
      optional("reason", &restart_run::reason, "Kept with the run."),
    };
  }
};

struct restarted_run {
  std::string run_id;
  run_status status = run_status::running;
  run_phase phase = run_phase::working;
  std::uint32_t next_attempt = 2;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &restarted_run::run_id, "The run; its id stays."),
      required("status", &restarted_run::status, "Where it is."),
      required("phase", &restarted_run::phase, "In detail."),
      required(
        "next_attempt",
        &restarted_run::next_attempt,
        "Starts as soon as the processes of the one before are gone."),
    };
  }
};

} // namespace troupe
