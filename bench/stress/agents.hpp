#pragma once

#include <span>
#include <string>
#include <vector>

/// The agents of the scenarios: this program itself, started with `--agent`, so that
/// what is measured is not theirs.
namespace troupe::stress {

/// argv of an agent that prints events of `bytes` each, as fast as it can, and ends.
[[nodiscard]] std::vector<std::string> writer(int lines, int bytes);

/// Prints 5,000 lines of 100 bytes a second, for ever.
[[nodiscard]] std::vector<std::string> pourer();

/// Prints `{"pid":…,"at":…}` (its pid, nanoseconds of the monotonic clock), and again
/// at each SIGUSR1.
[[nodiscard]] std::vector<std::string> announcer();

/// Becomes a tree of `count` processes of which each leads a session of its own and all
/// but the first ignore every signal that can be ignored; prints a line when complete.
/// `mark` is among the arguments of each.
[[nodiscard]] std::vector<std::string> hostile_tree(int count, const std::string& mark);

/// Plays the agent that these arguments, from `--agent` on, name.
int play_agent(std::span<char*> arguments);

} // namespace troupe::stress
