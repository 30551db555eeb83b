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
  client& door, const json& arguments, std::size_t count, std::size_t in_flight) {
  std::vector<std::string> runs;
  for (std::size_t asked = 0; runs.size() < count;) {
    for (; asked < count && asked - runs.size() < in_flight; ++asked)
      door.begin("spawn_run", arguments);
    runs.push_back(door.next().content.at("run_id"));
  }
  return runs;
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
