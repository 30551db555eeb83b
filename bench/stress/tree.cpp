#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"
#include "keeper/cgroups.hpp"

#include <array>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

/// cgroup.kill on such a tree until it is empty; 0 where there is no cgroup.
double killed_by_the_kernel(int count) {
  const keeper::cgroups groups("stress-floor");
  const auto group = groups.make({"r_tree", 1});
  if (!group)
    return 0;
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0)
    give_up("no pipe");
  const keeper::descriptor from(ends[0]);
  const keeper::descriptor to(ends[1]);
  const auto child = keeper::start(
    {.program = "/proc/self/exe",
     .argv = hostile_tree(count, "floor-tree"),
     .env = {},
     .cwd = {},
     .stdio = {-1, to.get(), -1},
     .handed = {},
     .cgroup = group->directory(),
     .procs = group->procs()});
  char byte = 0;
  if (!child || read(from.get(), &byte, 1) != 1)
    give_up("no tree");
  const auto since = clock::now();
  while (group->populated()) {
    group->kill();
    pollfd changed{group->events(), POLLPRI, 0};
    poll(&changed, 1, 20);
  }
  const auto ms = ms_since(since);
  waitpid(child->pid, nullptr, 0);
  return ms;
}

} // namespace

json measure_tree(const plan& how) {
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  const auto count = how.many(2000);
  json rounds = json::array();
  std::size_t survivors = 0;
  std::vector<double> each;
  std::vector<double> floor;
  for (int n = 0; n < 5; ++n) {
    const auto mark = "stress-tree-" + std::to_string(getpid()) + std::to_string(n);
    const auto run = spawn(door, process_run(hostile_tree(count, mark)));
    json page;
    do
      page = door.call("poll_events", {{"run_id", run}});
    while (print_json(page).find("complete\"") == std::string::npos);
    const auto grown = processes_with(mark).size();
    if (grown != static_cast<std::size_t>(count))
      give_up("the tree has " + std::to_string(grown) + " processes");
    const auto since = clock::now();
    const auto answer = door.call("cancel_run", {{"run_id", run}, {"wait_ms", 50000}});
    each.push_back(ms_since(since));
    survivors += processes_with(mark).size();
    if (answer.at("status") != "cancelled")
      give_up("not cancelled: " + print_json(answer));
    rounds.push_back(answer.at("proof"));
    floor.push_back(killed_by_the_kernel(count));
  }
  return {
    {"processes", count},
    {"cancel_to_answer", spread(each)},
    {"survivors", survivors},
    {"proofs", std::move(rounds)},
    {"cgroup_kill_floor", spread(floor)}};
}

} // namespace troupe::stress
