#pragma once

#include "protocol/phases.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace troupe::supervision {

/// What can happen to a run.
enum class run_event : std::uint8_t {
  admitted,        ///< Its turn has come: an attempt is started.
  first_output,    ///< The agent spoke.
  asked,           ///< It waits for an answer.
  asked_for_login, ///< It waits for a login.
  answered,        ///< Nothing is pending any more.
  result_known,    ///< The terminal result is there.
  attempt_over,    ///< The attempt ended and policy starts another after a wait.
  limit_reached,   ///< The attempt ended at a usage limit and waits for its end.
  wait_over,       ///< Back-off or parking is over: the next attempt is started.
  ended_well,      ///< The tree is gone after a result.
  ended_badly,     ///< The attempt ended and policy gives up.
  refused,         ///< The backend refused the task.
  told_to_stop,    ///< A stop was ordered.
  stopped,         ///< The tree is gone after a stop, or there never was one.
};

constexpr auto names(run_event) {
  return std::to_array<std::string_view>(
    {"admitted",
     "first_output",
     "asked",
     "asked_for_login",
     "answered",
     "result_known",
     "attempt_over",
     "limit_reached",
     "wait_over",
     "ended_well",
     "ended_badly",
     "refused",
     "told_to_stop",
     "stopped"});
}

struct transition {
  run_phase from;
  run_event on;
  run_phase to;
};

/// The whole life of a run. What is not listed cannot happen.
[[nodiscard]] std::span<const transition> lifecycle();

/// Where `on` leads from `from`; empty if it changes nothing there. Callers ignore an
/// empty answer to `first_output`, `asked` and `asked_for_login` (already so, or a
/// second request beside the first) and to anything that arrives in `stopping` or in a
/// final phase (too late); elsewhere it is a bug of theirs.
[[nodiscard]] std::optional<run_phase> next(run_phase from, run_event on);

/// The table as a Mermaid state diagram (docs/lifecycle.md).
[[nodiscard]] std::string draw_lifecycle();

} // namespace troupe::supervision
