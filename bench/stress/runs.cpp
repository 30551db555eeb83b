#include "bench/stress/runs.hpp"

#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"

#include <poll.h>

namespace troupe::stress {

namespace {

constexpr double patience_ms = 60'000;

} // namespace

json process_run(const std::vector<std::string>& argv) {
  return {
    {"backend", "process"},
    {"prompt", "measure"},
    {"cwd", "/"},
    {"backend_config", {{"command", argv}, {"stdin", "none"}}}};
}

std::string spawn(client& door, const json& arguments) {
  return door.call("spawn_run", arguments).at("run_id");
}

std::vector<std::string> spawn_many(
  client& door, const json& arguments, std::size_t count, std::size_t at_once) {
  std::vector<std::string> runs;
  for (std::size_t asked = 0; runs.size() < count;) {
    for (; asked < count && asked - runs.size() < at_once; ++asked)
      door.begin("spawn_run", arguments);
    runs.push_back(door.next().content.at("run_id"));
  }
  return runs;
}

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

void await_agents(const daemon& at, std::size_t count) {
  const auto since = clock::now();
  while (children_of(at.keeper()).size() < count + at.processes().size() - 1) {
    if (ms_since(since) > patience_ms)
      give_up("the agents do not start");
    poll(nullptr, 0, 10);
  }
}

} // namespace troupe::stress
