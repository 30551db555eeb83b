#include "bench/stress/contender.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <poll.h>

namespace troupe::stress {

namespace {

/// Who counts a second from the last start has done so by then.
constexpr int lived_ms = 1200;
constexpr int service_patience_ms = 60'000;

/// The services of one yard, as they tell.
class crew {
public:
  explicit crew(yard& where)
    : where_(where), now_(static_cast<std::size_t>(where.services())) {}

  /// Until each has told of another process than before; when each did.
  result<std::vector<std::int64_t>> await_all() {
    std::vector<std::int64_t> told(now_.size());
    for (auto left = now_.size(); left > 0;) {
      const auto word = where_.next(service_patience_ms);
      if (!word)
        return fail(
          errc::timeout,
          std::to_string(left) + " of " + std::to_string(now_.size()) +
            " services did not run within a minute");
      const auto which = static_cast<std::size_t>(word->service);
      if (told[which] != 0)
        return fail(errc::conflict, "a service was started twice");
      told[which] = word->at_ns;
      now_[which] = word->pid;
      --left;
    }
    return told;
  }

  /// Kills all at once; milliseconds until each has its replacement.
  result<std::vector<double>> replace_all() {
    std::vector<std::int64_t> since;
    for (const auto pid : now_) {
      since.push_back(monotonic_ns());
      kill(pid, SIGKILL);
    }
    const auto told = await_all();
    if (!told)
      return fail(told.error());
    std::vector<double> each;
    for (std::size_t n = 0; n < since.size(); ++n)
      each.push_back(static_cast<double>((*told)[n] - since[n]) / 1e6);
    return each;
  }

private:
  yard& where_;
  std::vector<int> now_;
};

result<json> kills(crew& services, int rounds, int pause_ms) {
  std::vector<double> all;
  for (int n = 0; n < rounds; ++n) {
    poll(nullptr, 0, pause_ms);
    const auto each = services.replace_all();
    if (!each)
      return fail(each.error());
    all.insert(all.end(), each->begin(), each->end());
  }
  return spread(std::move(all));
}

json memory(const contender& who, const yard& where) {
  poll(nullptr, 0, settle_ms);
  const auto processes = who.processes(where);
  std::uint64_t pss = 0;
  for (const auto pid : processes)
    pss += pss_kb(pid);
  return {
    {"supervising_processes", processes.size()},
    {"supervising_pss_kb", pss},
    {"pss_kb_per_service",
     rounded(static_cast<double>(pss) / static_cast<double>(where.services()))}};
}

result<json> watch(const entry& which, const plan& how, int count, int rounds) {
  yard where(count);
  crew services(where);
  const auto who = which.enter(how);
  if (!who)
    return fail(who.error());
  const auto since = clock::now();
  if (const auto started = (*who)->start(where); !started)
    return fail(started.error());
  if (const auto all = services.await_all(); !all)
    return fail(all.error());
  json figures{{"start_to_all_running", rounded(ms_since(since))}};
  figures.update(memory(**who, where));
  const auto old = kills(services, rounds, lived_ms);
  const auto young = old ? kills(services, rounds, 0) : old;
  if (!young)
    return fail(young.error());
  figures["kill_to_replacement_after_a_second"] = *old;
  figures["kill_to_replacement_at_once"] = *young;
  return figures;
}

/// One service, then many, each by a fresh supervisor.
json measure(const entry& which, const plan& how) {
  json figures{
    {"pause_by_default", which.pause.by_default}, {"pause_here", which.pause.here}};
  const std::array<std::pair<int, int>, 2> sizes{
    {{1, how.many(20)}, {how.many(100), how.many(5)}}};
  for (const auto& [services, rounds] : sizes) {
    const auto found = watch(which, how, services, rounds);
    figures["services_" + std::to_string(services)] =
      found ? *found : json(found.error().message);
  }
  return figures;
}

json versions(const std::string& peers) {
  json all = json::array();
  std::ifstream file(peers + "/versions");
  for (std::string line; std::getline(file, line);)
    all.push_back(line);
  return all;
}

} // namespace

json measure_peers(const plan& how) {
  json figures{{"versions", versions(how.peers)}};
  for (const auto& list : {own_contenders(), rivals()})
    for (const auto& each : list) {
      std::fprintf(stderr, "troupe-stress: peers: %s\n", each.name);
      figures[each.name] = measure(each, how);
    }
  return figures;
}

} // namespace troupe::stress
