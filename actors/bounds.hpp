#pragma once

#include "protocol/result.hpp"
#include "protocol/runs.hpp"
#include "protocol/sessions.hpp"

#include <optional>

/// The ranges that the run tools state for their numbers, checked in one place.
namespace troupe {

[[nodiscard]] std::optional<error> out_of_bounds(const poll_events& question);
[[nodiscard]] std::optional<error> out_of_bounds(const cancel_run& question);
[[nodiscard]] std::optional<error> out_of_bounds(const list_runs& question);
[[nodiscard]] std::optional<error> out_of_bounds(const wait_runs& question);
[[nodiscard]] std::optional<error> out_of_bounds(const list_pending& question);
[[nodiscard]] std::optional<error> out_of_bounds(const get_event_artifact& question);
[[nodiscard]] std::optional<error> out_of_bounds(const list_sessions& question);
[[nodiscard]] std::optional<error> out_of_bounds(const list_agents& question);
[[nodiscard]] std::optional<error> out_of_bounds(const fetch_agent_messages& question);
[[nodiscard]] std::optional<error> out_of_bounds(const spawn_run& request);

} // namespace troupe
