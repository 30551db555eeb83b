#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe {

/// The public word for where a run is (mission R9). The last four are final.
enum class run_status : std::uint8_t {
  queued,
  running,
  input_required,
  auth_required,
  completed,
  failed,
  cancelled,
  rejected,
};

constexpr auto names(run_status) {
  return std::to_array<std::string_view>(
    {"queued",
     "running",
     "input_required",
     "auth_required",
     "completed",
     "failed",
     "cancelled",
     "rejected"});
}

/// The detail behind the status; supervision/lifecycle.hpp says what follows what.
enum class run_phase : std::uint8_t {
  queued,
  starting,       ///< An attempt is being spawned or has not spoken yet.
  working,        ///< The agent is at its turn.
  input_required, ///< Waits for an answer; all clocks stand still.
  auth_required,  ///< Waits for a login; all clocks stand still.
  finishing,      ///< The result is known, the tree is being ended.
  backing_off,    ///< Waits before the next attempt.
  parked,         ///< Waits for a usage limit to end.
  resuming,       ///< The next attempt is being started.
  stopping,       ///< Was told to stop; the tree is being ended.
  completed,
  failed,
  cancelled,
  rejected,
};

constexpr auto names(run_phase) {
  return std::to_array<std::string_view>(
    {"queued",
     "starting",
     "working",
     "input_required",
     "auth_required",
     "finishing",
     "backing_off",
     "parked",
     "resuming",
     "stopping",
     "completed",
     "failed",
     "cancelled",
     "rejected"});
}

constexpr run_status status_of(run_phase phase) {
  switch (phase) {
  case run_phase::queued:
    return run_status::queued;
  case run_phase::input_required:
    return run_status::input_required;
  case run_phase::auth_required:
    return run_status::auth_required;
  case run_phase::completed:
    return run_status::completed;
  case run_phase::failed:
    return run_status::failed;
  case run_phase::cancelled:
    return run_status::cancelled;
  case run_phase::rejected:
    return run_status::rejected;
  default:
    return run_status::running;
  }
}

constexpr bool is_final(run_status status) {
  return status >= run_status::completed;
}
constexpr bool is_final(run_phase phase) {
  return phase >= run_phase::completed;
}

/// Whether someone should look: it ended, or it waits for an answer.
constexpr bool wants_attention(run_status status) {
  return status >= run_status::input_required;
}

} // namespace troupe
