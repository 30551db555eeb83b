#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

namespace troupe::stress {

namespace {

constexpr int floods = 64;

std::vector<double>
timed(client& door, const std::string& tool, const json& arguments, int times) {
  std::vector<double> each;
  for (int n = 0; n < times; ++n) {
    const auto since = clock::now();
    door.call(tool, arguments);
    each.push_back(ms_since(since));
  }
  return each;
}

void await_first_words(client& door, const std::vector<std::string>& runs) {
  for (const auto& run : runs)
    for (std::uint64_t seq = 0, heard = 0; heard == 0;) {
      const auto page = door.call(
        "poll_events", {{"run_id", run}, {"after_seq", seq}, {"wait_ms", 20'000}});
      for (const auto& event : page.at("events")) {
        seq = event.at("seq").get<std::uint64_t>();
        heard += event.at("type") == "agent_message" ? 1 : 0;
      }
    }
}

} // namespace

json measure_fairness(const plan& how) {
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  json figures{{"floods", floods}};
  const auto quiet = spawn(door, process_run({"/bin/sleep", "1000000"}));
  const auto ask = [&](const char* when) {
    figures[when] = {
      {"get_run", spread(timed(door, "get_run", {{"run_id", quiet}}, how.many(1000)))},
      {"list_runs", spread(timed(door, "list_runs", {{"limit", 20}}, how.many(1000)))}};
  };
  ask("quiet");
  auto flood = process_run(pourer());
  flood["limits"] = {{"output_mb", 256}};
  await_first_words(door, spawn_many(door, flood, floods, in_flight));
  ask("flooded");
  return figures;
}

} // namespace troupe::stress
