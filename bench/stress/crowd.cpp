#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <poll.h>

namespace troupe::stress {

namespace {

struct memory {
  std::uint64_t supervisor_kb = 0;
  std::uint64_t keeper_kb = 0;
};

memory memory_of(const daemon& at) {
  poll(nullptr, 0, settle_ms);
  return {pss_kb(at.supervisor()), pss_kb(at.keeper())};
}

double share(std::uint64_t now, std::uint64_t before, std::size_t runs) {
  const auto more = static_cast<double>(now) - static_cast<double>(before);
  return rounded(more / static_cast<double>(runs));
}

} // namespace

json measure_crowd(const plan& how) {
  daemon at(how.troupe);
  at.start();
  const auto idle = process_run({"/bin/sleep", "1000000"});
  std::vector<std::string> runs;
  json figures = json::object();
  const auto grow_to = [&](int count) {
    client door(at.socket());
    const auto more = spawn_many(
      door, idle, static_cast<std::size_t>(how.many(count)) - runs.size(), in_flight);
    runs.insert(runs.end(), more.begin(), more.end());
    await_agents(at, runs.size());
  };
  grow_to(1);
  const auto empty = memory_of(at);
  for (const int count : {200, 1000, 4000}) {
    grow_to(count);
    const auto now = memory_of(at);
    const auto name = std::to_string(runs.size());
    figures[name] = {
      {"supervisor_kb_per_run",
       share(now.supervisor_kb, empty.supervisor_kb, runs.size() - 1)},
      {"keeper_kb_per_run", share(now.keeper_kb, empty.keeper_kb, runs.size() - 1)},
      {"supervisor_kb", now.supervisor_kb},
      {"keeper_kb", now.keeper_kb}};
  }
  const auto since = clock::now();
  at.stop();
  figures["stop_all"] = rounded(ms_since(since));
  return figures;
}

} // namespace troupe::stress
