#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// Why an attempt ended. Each has one restart rule (supervision/exit_rules.hpp).
enum class exit_kind : std::uint8_t {
  completed,
  crashed,        ///< Died by a code or a signal without a terminal result.
  protocol_error, ///< Said things its protocol does not know how to go on from.
  lost,           ///< Gone while nobody could watch; how is not known.
  hung,           ///< No sign of life within a limit that was set.
  timeout,        ///< Turn or wall limit reached.
  oom,            ///< Killed for memory.
  overloaded,     ///< The model's service is overloaded.
  rate_limited,   ///< A usage limit, until a time if it is known.
  agent_error,    ///< The agent itself reports failure (bad request, refusal …).
  spawn_failed,   ///< Never started.
  auth,           ///< Not logged in, or not allowed.
  budget,         ///< Turns, tokens or money used up.
  output,         ///< Output limit reached.
  disk,           ///< The disk is full, or nearly so.
  cancelled,      ///< Stopped by order.
  shutdown,       ///< Stopped with the daemon.
};

constexpr auto names(exit_kind) {
  return std::to_array<std::string_view>(
    {"completed",
     "crashed",
     "protocol_error",
     "lost",
     "hung",
     "timeout",
     "oom",
     "overloaded",
     "rate_limited",
     "agent_error",
     "spawn_failed",
     "auth",
     "budget",
     "output",
     "disk",
     "cancelled",
     "shutdown"});
}

struct exit_reason {
  exit_kind reason = exit_kind::lost;
  std::string detail;
  std::optional<int> code;
  std::optional<int> signal;
  std::optional<timestamp> until;
  std::optional<bool> session_lost;

  friend bool operator==(const exit_reason&, const exit_reason&) = default;

  static constexpr auto fields() {
    return field_list{
      required("reason", &exit_reason::reason, "The typed reason."),
      optional(
        "detail",
        &exit_reason::detail,
        "In words, with what to do where that is known."),
      optional("code", &exit_reason::code, "Exit code, if it exited."),
      optional(
        "signal", &exit_reason::signal, "Signal number, if it was killed by one."),
      optional("until", &exit_reason::until, "When a usage limit ends."),
      optional(
        "session_lost",
        &exit_reason::session_lost,
        "The agent no longer knew the session."),
    };
  }
};

} // namespace troupe
