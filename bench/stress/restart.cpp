#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <csignal>

namespace troupe::stress {

json measure_restart(const plan& how) {
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  auto wanted = process_run(announcer());
  wanted["restart"] = {
    {"type", "permanent"}, {"max_restarts", 1000}, {"backoff_ms", 0}};
  const auto run = spawn(door, wanted);
  std::uint64_t seq = 0;
  std::vector<double> running;
  std::vector<double> told;
  auto now = next_announcement(door, run, seq);
  for (int n = 0; n < how.many(100); ++n) {
    const auto since = monotonic_ns();
    kill(now.pid, SIGKILL);
    now = next_announcement(door, run, seq);
    told.push_back(static_cast<double>(monotonic_ns() - since) / 1e6);
    running.push_back(static_cast<double>(now.at_ns - since) / 1e6);
  }
  return {{"to_replacement_running", spread(running)}, {"to_its_event", spread(told)}};
}

} // namespace troupe::stress
