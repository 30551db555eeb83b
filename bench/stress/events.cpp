#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <cstring>
#include <fcntl.h>
#include <map>
#include <unistd.h>

namespace troupe::stress {

namespace {

constexpr int event_bytes = 1500;
/// Answers hold a page twice; 16 MiB unread is where the daemon drops a client.
constexpr int page_of_one = 1 << 20;
constexpr int page_of_many = 1 << 18;
constexpr std::size_t floor_step = 256 * 1024;

/// Follows runs to their last event, one call a run under way.
class follower {
public:
  follower(client& door, const std::vector<std::string>& runs)
    : door_(door), page_bytes_(runs.size() > 1 ? page_of_many : page_of_one) {
    for (const auto& run : runs)
      ask(run, 0);
  }

  /// How many events there were in all, and bytes of answers.
  std::uint64_t events = 0;
  std::uint64_t bytes = 0;

  void follow_all() {
    while (!open_.empty())
      take(door_.next_line());
  }

private:
  struct place {
    std::string run;
    std::uint64_t after = 0;
  };

  void ask(const std::string& run, std::uint64_t after) {
    const auto id = door_.begin(
      "poll_events",
      {{"run_id", run},
       {"after_seq", after},
       {"limit", 1000},
       {"wait_ms", 20000},
       {"max_bytes", page_bytes_}});
    open_[id] = {run, after};
  }

  void take(std::string_view line) {
    const auto id_at = line.substr(0, 64).find("\"id\":");
    if (id_at == line.npos)
      return;
    const auto asked = open_.extract(number_in(line.substr(0, id_at + 32), "id"));
    if (!asked)
      give_up("an answer to nothing: " + std::string(line.substr(0, 300)));
    bytes += line.size();
    const auto next = number_in(line, "next_after_seq");
    const bool more = line.rfind("\"has_more\":true") != line.npos;
    const bool over = line.find("\"status\":\"completed\"") != line.npos;
    if (next < asked.mapped().after)
      give_up("events went back: " + std::string(line.substr(0, 300)));
    events += next - asked.mapped().after;
    if (more || !over || next > asked.mapped().after)
      ask(asked.mapped().run, next);
  }

  client& door_;
  int page_bytes_;
  std::map<std::uint64_t, place> open_;
};

json rate(std::uint64_t events, double ms) {
  return {
    {"events", events},
    {"ms", rounded(ms)},
    {"events_per_s", rounded(static_cast<double>(events) / ms * 1000)}};
}

json follow(
  client& door, const std::vector<std::string>& runs, clock::time_point since) {
  follower all(door, runs);
  all.follow_all();
  return rate(all.events, ms_since(since));
}

json one_agent(client& door, int lines) {
  const auto argv = process_run(writer(lines, event_bytes));
  auto since = clock::now();
  const auto run = spawn(door, argv);
  json figures{{"agent_to_poll_events", follow(door, {run}, since)}};
  since = clock::now();
  figures["poll_events_again"] = follow(door, {run}, since);
  since = clock::now();
  const auto unread = spawn(door, argv);
  while (!door.call("wait_runs", {{"run_ids", {unread}}, {"wait_ms", 50000}})
            .at("satisfied")
            .get<bool>()) {
  }
  const auto ms = ms_since(since);
  const auto view = door.call("get_run", {{"run_id", unread}});
  figures["agent_to_disk"] = rate(view.at("last_seq"), ms);
  return figures;
}

json many_agents(client& door, int agents, int lines) {
  const auto argv = process_run(writer(lines, event_bytes));
  const auto since = clock::now();
  const auto runs = spawn_many(door, argv, static_cast<std::size_t>(agents), 16);
  return follow(door, runs, since);
}

/// The same lines written to a file and its newlines counted.
json bare_file(const std::string& directory, int lines) {
  const auto path = directory + "/floor.ndjson";
  const auto since = clock::now();
  const keeper::descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const auto child = keeper::start(
    {.program = "/proc/self/exe",
     .argv = writer(lines, event_bytes),
     .env = {},
     .cwd = {},
     .stdio = {-1, file.get(), -1},
     .handed = {}});
  if (!child || ended(*child) != 0)
    give_up("the writer failed");
  const auto written = ms_since(since);
  std::string buffer(floor_step, '\0');
  std::uint64_t events = 0;
  off_t offset = 0;
  while (const auto n = pread(file.get(), buffer.data(), buffer.size(), offset)) {
    const char* const end = buffer.data() + n;
    for (const char* at = buffer.data();
         (at = static_cast<const char*>(
            std::memchr(at, '\n', static_cast<std::size_t>(end - at))));
         ++at)
      ++events;
    offset += n;
  }
  json figures = rate(events, ms_since(since));
  figures["write_ms"] = rounded(written);
  return figures;
}

} // namespace

json measure_events(const plan& how) {
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  const auto lines = how.many(100'000);
  json figures{{"event_bytes", event_bytes}};
  figures["one_agent"] = one_agent(door, lines);
  figures["twenty_agents"] = many_agents(door, 20, how.many(5000));
  figures["floor"] = bare_file(at.directory(), lines);
  return figures;
}

} // namespace troupe::stress
