#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <csignal>

namespace troupe::stress {

namespace {

struct announcement {
  int pid = 0;
  std::int64_t at_ns = 0;
};

/// The next announcement behind `seq`, which moves on.
announcement
next_announcement(client& door, const std::string& run, std::uint64_t& seq) {
  while (true) {
    const auto page = door.call(
      "poll_events", {{"run_id", run}, {"after_seq", seq}, {"wait_ms", 20000}});
    for (const auto& each : page.at("events")) {
      seq = each.at("seq").get<std::uint64_t>();
      if (each.at("type") != "agent_message")
        continue;
      const auto line = must(parse_json(each.at("data").at("text").get<std::string>()));
      return {line.at("pid"), line.at("at")};
    }
    if (page.at("status") != "running")
      give_up("the run ended: " + print_json(door.call("get_run", {{"run_id", run}})));
  }
}

} // namespace

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
