#include "bench/stress/client.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "bench/stress/scenarios.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

using keeper::descriptor;

constexpr int idle_ms = 5000;
constexpr std::string_view initialize =
  R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":)"
  R"("2025-11-25","capabilities":{},"clientInfo":{"name":"stress","version":"1"}}})"
  "\n";

struct relay_figures {
  double ready_ms = 0;
  std::uint64_t rss_kb = 0;
  std::uint64_t pss_kb = 0;
};

std::array<descriptor, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    give_up("no pipe");
  return {descriptor(ends[0]), descriptor(ends[1])};
}

relay_figures start_relay(const daemon& at) {
  auto to = make_pipe();
  auto from = make_pipe();
  relay_figures found;
  const auto since = clock::now();
  const auto child = at.run({"mcp"}, to[0].get(), from[1].get());
  if (write(to[1].get(), initialize.data(), initialize.size()) < 0)
    give_up("the relay is gone");
  std::string heard;
  std::array<char, 65536> some{};
  while (heard.find('\n') == std::string::npos) {
    from[1].reset();
    const auto n = read(from[0].get(), some.data(), some.size());
    if (n <= 0)
      give_up("the relay ended");
    heard.append(some.data(), static_cast<std::size_t>(n));
  }
  found.ready_ms = ms_since(since);
  found.rss_kb = rss_kb(child.pid);
  found.pss_kb = pss_kb(child.pid);
  kill(child.pid, SIGTERM);
  ended(child);
  return found;
}

json relay_start(const daemon& at, int times) {
  std::vector<double> ready;
  relay_figures last;
  start_relay(at);
  for (int n = 0; n < times; ++n) {
    last = start_relay(at);
    ready.push_back(last.ready_ms);
  }
  return {
    {"to_initialize_answer", spread(ready)},
    {"relay_rss_kb", last.rss_kb},
    {"relay_pss_kb", last.pss_kb}};
}

json idle(const daemon& at) {
  json each = json::object();
  const auto cpu_of_all = [&] {
    double ms = 0;
    for (const auto pid : at.processes())
      ms += cpu_ms(pid);
    return ms;
  };
  std::uint64_t pss = 0;
  for (const auto pid : at.processes()) {
    pss += pss_kb(pid);
    each[program_of(pid)] = pss_kb(pid);
  }
  const auto before = cpu_of_all();
  poll(nullptr, 0, idle_ms);
  const auto used = cpu_of_all() - before;
  return {
    {"pss_kb", pss},
    {"pss_kb_each", std::move(each)},
    {"cpu_percent", rounded(used * 100 / idle_ms)}};
}

} // namespace

json measure_start(const plan& how) {
  daemon at(how.troupe);
  std::vector<double> cold;
  for (int n = 0; n < how.many(10); ++n) {
    if (n > 0)
      ended(at.run({"daemon", "stop"}));
    const auto since = clock::now();
    at.start();
    const client ready(at.socket());
    cold.push_back(ms_since(since));
  }
  auto unused = idle(at);
  return {
    {"daemon_cold_start_to_initialize_answer", spread(cold)},
    {"daemon_idle", std::move(unused)},
    {"mcp", relay_start(at, how.many(50))}};
}

} // namespace troupe::stress
