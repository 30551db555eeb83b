#pragma once

#include "cli/cells.hpp"
#include "cli/door.hpp"
#include "cli/options.hpp"
#include "protocol/phases.hpp"

#include <string>
#include <string_view>

namespace troupe::cli {

/// Prints to stdout; false if nobody reads it any more.
bool print(std::string_view text);

/// One line on stderr, `troupe: …`.
void complain(std::string_view text);

/// The daemon's words for people: each tool that it advises to call, by the command
/// that does so.
[[nodiscard]] std::string in_commands(std::string text);

/// Complains and says with which code to exit.
[[nodiscard]] int exit_with(const error& why);

/// Of stdout's terminal; no limit and no colour if it is none. NO_COLOR is honoured.
[[nodiscard]] look look_of_stdout();

/// The arguments that name a run: a run_id if it looks like one, else an agent_name.
[[nodiscard]] json naming(std::string_view run);

/// What a final status means for a program that waited for it.
[[nodiscard]] int exit_code_of(run_status status);

} // namespace troupe::cli
