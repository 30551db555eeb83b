#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace troupe::supervision {

enum class stop_action : std::uint8_t {
  interrupt,   ///< The protocol's own way.
  close_stdin, ///< End of input.
  terminate,   ///< SIGTERM and SIGCONT to the main process.
  kill_tree,   ///< SIGKILL to everything, until nothing is left.
};

/// What the rung is called in an event, and what is done, in words.
[[nodiscard]] std::string_view step_name(stop_action action);
[[nodiscard]] std::string_view meaning(stop_action action);

struct stop_rung {
  std::chrono::milliseconds at; ///< After the stop began.
  stop_action action;
};

/// What a backend offers to a stop.
struct stop_manners {
  bool interrupts = false;
  bool stdin_open = false;
  std::chrono::milliseconds interrupt_grace{1000};
  /// What the main process left may write down so long what it knows.
  std::chrono::milliseconds rest_grace{0};
};

/// The rungs in order; the last is always kill_tree. An attempt whose main process
/// ended on the way goes on with rest_ladder. A backend that can be interrupted gets
/// its grace for it, and a second after its input ended; any other is terminated at
/// once.
[[nodiscard]] std::vector<stop_rung> stop_ladder(const stop_manners& manners);

/// After a terminal result: close stdin, let it linger, then end the tree. `linger`
/// comes from limits.linger_s; a negative one counts as zero.
[[nodiscard]] std::vector<stop_rung>
finish_ladder(const stop_manners& manners, std::chrono::milliseconds linger);

/// After the end of the main process, if something of its tree lives.
[[nodiscard]] std::vector<stop_rung> rest_ladder(const stop_manners& manners);

} // namespace troupe::supervision
