#pragma once

#include <optional>
#include <string>
#include <vector>

namespace troupe::cli {

/// A process above this one, as far as /proc tells; texts as the kernel gives them,
/// words separated by NUL. Empty where it may not be read.
struct process_above {
  int pid = 0;
  std::string words;       ///< Its command line.
  std::string environment; ///< As it was when its program was started.
};

/// What a process can know about where it was started.
struct surroundings {
  /// An agent can nest its processes as it likes; beyond this it is believed nothing.
  static constexpr std::size_t above_max = 1024;

  std::string run_id;               ///< TROUPE_RUN_ID, or empty.
  std::string cgroups;              ///< /proc/self/cgroup
  std::vector<process_above> above; ///< Nearest first; at most above_max.
};

[[nodiscard]] surroundings read_surroundings();

/// Which fact shows that this is inside an agent's run, in words that end a sentence;
/// nothing if none does. Pure. What a process says of itself (its environment) is only
/// one sign of three, since it can be taken off: the cgroup that the keeper gave its
/// agent (keeper/cgroups.hpp), and the keeper or hold it descends from, even by a
/// double fork, cannot.
[[nodiscard]] std::optional<std::string> sign_of_run(const surroundings& facts);

} // namespace troupe::cli
