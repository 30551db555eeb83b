#pragma once

#include "cli/door.hpp"
#include "cli/options.hpp"
#include "protocol/run_brief.hpp"
#include "protocol/steering.hpp"

#include <vector>

/// The commands for people: each asks the daemon through the door, prints, and returns
/// the exit code (options.hpp).
namespace troupe::cli {

[[nodiscard]] int list_runs_for(door& at, const ps_options& wanted);
[[nodiscard]] int show_run(door& at, const show_options& wanted);
[[nodiscard]] int show_tools(door& at, const tools_options& wanted);
[[nodiscard]] int wait_for(door& at, const wait_options& wanted);
[[nodiscard]] int kill_runs(door& at, const kill_options& wanted);
[[nodiscard]] int answer_run(door& at, const answer_options& wanted);

/// Orders the end of a run and waits for it; how it is once it is final or time is up.
[[nodiscard]] result<cancelled_run>
end_run(door& at, const std::string& run, const char* reason, std::uint32_t timeout_s);

/// The runs that are not final, at most 1000 of each status.
[[nodiscard]] result<std::vector<run_brief>> live_runs(door& at);

/// Says this to a run: an answer, its next turn, or the first of a new run.
[[nodiscard]] result<continued_run>
continue_with(door& at, const std::string& run, std::string text);

} // namespace troupe::cli
