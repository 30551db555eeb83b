#pragma once

#include "protocol/json.hpp"
#include "protocol/runs.hpp"

/// What a schema does not say about arguments: numbers within their bounds, and that a
/// run is named at all. Checked at the door, so that deadlines hold and the text names
/// the argument.
namespace troupe::mcp {

template <record Params>
[[nodiscard]] check unfit(const Params&) {
  return {};
}

[[nodiscard]] check unfit(const spawn_run& params);
[[nodiscard]] check unfit(const get_run& params);
[[nodiscard]] check unfit(const poll_events& params);
[[nodiscard]] check unfit(const cancel_run& params);
[[nodiscard]] check unfit(const continue_run& params);
[[nodiscard]] check unfit(const list_runs& params);
[[nodiscard]] check unfit(const wait_runs& params);

/// For an argument of one's own; empty if it is within.
[[nodiscard]] check
outside(std::string_view name, std::uint64_t x, std::uint64_t low, std::uint64_t high);

} // namespace troupe::mcp
