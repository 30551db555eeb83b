#include "bench/stress/runs.hpp"

#include "bench/stress/figures.hpp"

#include <map>
#include <poll.h>

namespace troupe::stress {

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

void await_working(client& door, const std::vector<std::string>& runs) {
  for (const auto& run : runs) {
    while (true) {
      const auto view = door.call("get_run", {{"run_id", run}});
      const auto proof = view.at("attempts").back().contains("proof");
      if (view.at("status") != "running" && view.at("status") != "queued")
        give_up("a run ended: " + print_json(view));
      if (proof)
        break;
      poll(nullptr, 0, 5);
    }
  }
}

} // namespace troupe::stress
