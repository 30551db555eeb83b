#pragma once

#include "protocol/json.hpp"

#include <string>

/// What is measured. Each scenario has a daemon of its own and gives its figures; times
/// are in milliseconds unless the name says otherwise.
namespace troupe::stress {

/// Calls that a client has unanswered at once.
inline constexpr std::size_t in_flight = 16;

/// Until what was begun has come to rest.
inline constexpr int settle_ms = 3000;

/// How much of it, so that a quick look is possible; 1 is what docs/performance.md has.
struct plan {
  std::string troupe; ///< Path of the program.
  std::string peers;  ///< Directory of other supervisors, looked at before PATH.
  double scale = 1;

  /// A count, scaled, at least 1.
  [[nodiscard]] int many(int count) const {
    const int scaled = static_cast<int>(count * scale);
    return scaled > 1 ? scaled : 1;
  }
};

/// `troupe mcp` to its initialize answer; a daemon's cold start; what both cost idle.
json measure_start(const plan& how);

/// spawn_run in sequence, in parallel, and whole short runs in flight beside the bare
/// system calls.
json measure_spawn(const plan& how);

/// Events of agents to poll_events beside the bare file.
json measure_events(const plan& how);

/// A page of list_runs with many runs.
json measure_listing(const plan& how);

/// kill -9 of an agent to its replacement.
json measure_restart(const plan& how);

/// cancel_run of a hostile tree beside cgroup.kill on one.
json measure_tree(const plan& how);

/// Answers of one run and of the list while 64 agents print without end.
json measure_fairness(const plan& how);

/// kill -9 of the supervisor to all runs in the list, to an answer about each, and to
/// an event of each from an agent that spoke meanwhile, from the same process as
/// before.
json measure_succession(const plan& how);

/// Many idle runs: their memory in the supervisor and in the keeper.
json measure_crowd(const plan& how);

/// The same services kept alive by Troupe, by other supervisors, and by clone3 and
/// waitid in a loop: starting them, a SIGKILL to the replacement, and memory.
json measure_peers(const plan& how);

/// 1,000 clients over HTTP with 10,000 subscriptions and 200 over stdio on one daemon,
/// and on a minimal server of the official SDK: opening them, memory, calls, news.
json measure_door(const plan& how);

} // namespace troupe::stress
