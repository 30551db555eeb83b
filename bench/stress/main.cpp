#include "bench/stress/agents.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/scenarios.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <thread>

namespace troupe::stress {

namespace {

struct scenario {
  const char* name;
  json (*measure)(const plan&);
};

constexpr auto scenarios = std::to_array<scenario>({
  {"start", measure_start},
  {"spawn", measure_spawn},
  {"events", measure_events},
  {"listing", measure_listing},
  {"restart", measure_restart},
  {"tree", measure_tree},
  {"fairness", measure_fairness},
  {"succession", measure_succession},
  {"crowd", measure_crowd},
  {"peers", measure_peers},
  {"door", measure_door},
});

bool is_release() {
  return std::string_view(TROUPE_BUILD_TYPE).starts_with("Rel");
}

std::string line_with(const char* file, std::string_view word) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(word))
      return line.substr(std::min(line.find(": ") + 2, line.size()));
  return "unknown";
}

json load_average() {
  std::array<double, 3> of{};
  getloadavg(of.data(), static_cast<int>(of.size()));
  return of;
}

json environment() {
  utsname kernel{};
  uname(&kernel);
  return {
    {"commit", TROUPE_COMMIT},
    {"build_type", TROUPE_BUILD_TYPE},
    {"cores", std::thread::hardware_concurrency()},
    {"cpu", line_with("/proc/cpuinfo", "model name")},
    {"kernel", kernel.release},
    {"at", to_string(wall_now())},
    {"load_before", load_average()}};
}

/// As many descriptors as we may have: every agent costs the keeper some.
void raise_limits() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

/// Nothing of the caller's own Troupe is to be met or inherited.
void forget_surroundings() {
  for (const char* name :
       {"TROUPE_RUN_ID", "TROUPE_STATE_DIR", "TROUPE_TOKEN_FILE", "TROUPE_CONFIG"})
    unsetenv(name);
}

int measure(const plan& how, const std::vector<std::string>& only) {
  raise_limits();
  forget_surroundings();
  json report{{"environment", environment()}, {"figures", json::object()}};
  for (const auto& [name, measured] : scenarios) {
    if (!only.empty() && std::ranges::find(only, name) == only.end())
      continue;
    std::fprintf(stderr, "troupe-stress: %s\n", name);
    report["figures"][name] = measured(how);
  }
  report["environment"]["load_after"] = load_average();
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}

} // namespace

} // namespace troupe::stress

int main(int argc, char** argv) {
  using namespace troupe::stress;
  if (argc > 1 && std::string_view(argv[1]) == "--agent")
    return play_agent({argv + 1, static_cast<std::size_t>(argc - 1)});
  plan how{.troupe = TROUPE_PROGRAM, .peers = TROUPE_PEERS};
  std::vector<std::string> only;
  bool force = false;
  std::vector<std::string> names;
  for (const auto& each : scenarios)
    names.emplace_back(each.name);
  CLI::App app("Measures the real programs and prints one JSON object.");
  app.add_option("--only", only, "These scenarios")
    ->delimiter(',')
    ->check(CLI::IsMember(names));
  app.add_option("--troupe", how.troupe, "The program to measure");
  app.add_option("--peers", how.peers, "Where scripts/install-deps --bench put them");
  app.add_option("--scale", how.scale, "Share of the full counts, for a quick look");
  app.add_flag("--force", force, "Measure a Debug build all the same");
  CLI11_PARSE(app, argc, argv);
  if (!is_release() && !force) {
    std::fputs("troupe-stress: not a Release build; --force measures it\n", stderr);
    return 2;
  }
  return measure(how, only);
}
