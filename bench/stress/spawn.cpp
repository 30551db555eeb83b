#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"
#include "keeper/cgroups.hpp"

#include <deque>
#include <map>
#include <memory>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

json in_sequence(client& door, int count) {
  std::vector<double> each;
  const auto sleeper = process_run({"/bin/sleep", "1000000"});
  spawn(door, sleeper);
  for (int n = 0; n < count; ++n) {
    const auto since = clock::now();
    spawn(door, sleeper);
    each.push_back(ms_since(since));
  }
  return spread(each);
}

/// Two clients: one may have 32 calls under way.
json in_parallel(const daemon& at, int count) {
  client one(at.socket());
  client other(at.socket());
  const auto sleeper = process_run({"/bin/sleep", "1000000"});
  std::vector<double> each;
  const auto since = clock::now();
  for (int n = 0; n < count; ++n)
    (n % 2 == 0 ? one : other).begin("spawn_run", sleeper);
  for (int n = 0; n < count; ++n) {
    (void)(n % 2 == 0 ? one : other).next();
    each.push_back(ms_since(since));
  }
  return {{"wall", rounded(each.back())}, {"each", spread(each)}};
}

/// Short runs to their proved end, `in_flight` at once. Runs a second.
double through_the_stack(client& door, int count) {
  const auto short_run = process_run({"/bin/true"});
  const auto since = clock::now();
  std::map<std::uint64_t, std::string> waits;
  int started = 0;
  int over = 0;
  const auto start = [&] {
    ++started;
    door.begin("spawn_run", short_run);
  };
  const auto await = [&](const std::string& run) {
    waits[door.begin(
      "wait_runs", {{"run_ids", {run}}, {"mode", "all"}, {"wait_ms", 50000}})] = run;
  };
  while (started < count && started < static_cast<int>(in_flight))
    start();
  while (over < count) {
    auto answer = door.next();
    const auto wait = waits.extract(answer.id);
    if (!wait)
      await(answer.content.at("run_id"));
    else if (!answer.content.at("satisfied").get<bool>())
      await(wait.mapped());
    else if (++over; started < count)
      start();
  }
  return count / (ms_since(since) / 1000);
}

/// One bare attempt: a group of its own, born into it, reaped, group removed.
struct bare {
  std::unique_ptr<keeper::cgroup> group;
  keeper::launched process;

  bare(const keeper::cgroups* groups, int n) {
    if (groups)
      group = groups->make({"r_bare", static_cast<std::uint32_t>(n)});
    keeper::launch what{
      .program = "/bin/true", .argv = {"true"}, .env = {}, .cwd = "/", .handed = {}};
    if (group) {
      what.cgroup = group->directory();
      what.procs = group->procs();
    }
    auto started = keeper::start(what);
    if (!started)
      give_up("cannot start /bin/true");
    process = std::move(*started);
  }

  void reap() {
    waitid(P_PIDFD, static_cast<id_t>(process.pidfd.get()), nullptr, WEXITED);
    while (group && !group->remove())
      usleep(100);
  }
};

/// clone3, waitid and, if there are `groups`, mkdir and rmdir of one. Runs a second.
double by_system_calls(const keeper::cgroups* groups, int count) {
  const auto since = clock::now();
  std::deque<bare> flying;
  for (int n = 0; n < count; ++n) {
    if (flying.size() == in_flight) {
      flying.front().reap();
      flying.pop_front();
    }
    flying.emplace_back(groups, n);
  }
  for (auto& each : flying)
    each.reap();
  return count / (ms_since(since) / 1000);
}

} // namespace

json measure_spawn(const plan& how) {
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  json figures;
  figures["sequential"] = in_sequence(door, how.many(200));
  figures["parallel_50"] = in_parallel(at, how.many(50));
  const auto count = how.many(500);
  const keeper::cgroups groups("stress-floor");
  const auto bare_rate = by_system_calls(nullptr, count);
  const auto floor = by_system_calls(&groups, count);
  const auto rate = through_the_stack(door, count);
  figures["spawn_and_reap"] = {
    {"runs_per_s", rounded(rate)},
    {"clone3_waitid_per_s", rounded(bare_rate)},
    {"floor_per_s", rounded(floor)},
    {"floor_has_cgroups", groups.usable()},
    {"share", rounded(rate / floor)}};
  return figures;
}

} // namespace troupe::stress
