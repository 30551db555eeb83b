#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace troupe::examples {

struct process {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  std::string command;
};

/// The live processes whose environment says that they are of this run, as /proc shows
/// them; zombies are left out. It asks the kernel and not Troupe, whose word it checks.
[[nodiscard]] std::vector<process> processes_of(const std::string& run_id);

/// Whether this process lives (a zombie does not).
[[nodiscard]] bool lives(pid_t pid);

} // namespace troupe::examples
