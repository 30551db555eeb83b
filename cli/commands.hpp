#pragma once

#include "cli/door.hpp"
#include "cli/options.hpp"

/// The commands for people: each asks the daemon through the door, prints, and returns
/// the exit code (options.hpp).
namespace troupe::cli {

[[nodiscard]] int list_runs_for(door& at, const ps_options& wanted);
[[nodiscard]] int show_run(door& at, const show_options& wanted);
[[nodiscard]] int show_tools(door& at, const tools_options& wanted);
[[nodiscard]] int wait_for(door& at, const wait_options& wanted);
[[nodiscard]] int kill_runs(door& at, const kill_options& wanted);
[[nodiscard]] int answer_run(door& at, const answer_options& wanted);

} // namespace troupe::cli
