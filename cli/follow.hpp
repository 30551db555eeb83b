#pragma once

#include "cli/door.hpp"
#include "cli/options.hpp"

namespace troupe::cli {

/// `troupe logs`: the events of a run, and with --follow those to come, until it has
/// ended. Returns the exit code.
[[nodiscard]] int show_logs(door& at, const logs_options& wanted);

/// `troupe run`: starts a run and follows it to its end, or prints its id. The first ^C
/// stops following, not the run. Returns the exit code.
[[nodiscard]] int start_run(door& at, const run_options& wanted);

} // namespace troupe::cli
