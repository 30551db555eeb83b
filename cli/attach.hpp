#pragma once

#include "cli/door.hpp"
#include "cli/options.hpp"

namespace troupe::cli {

/// `troupe attach`: shows what a run does and says to it what stdin says, a line at a
/// time: the answer to what it asks for, else its next turn; after its end, the first
/// turn of a new run of the conversation, which is followed then. The end of stdin ends
/// only the saying; ^C leaves the run alone. Returns the exit code.
[[nodiscard]] int attach(door& at, const attach_options& wanted);

/// `troupe takeover`: ends a run by the ladder and prints the command that goes on with
/// its conversation in the agent's own program. Returns the exit code.
[[nodiscard]] int take_over(door& at, const takeover_options& wanted);

} // namespace troupe::cli
