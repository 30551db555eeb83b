#include "bench/stress/agents.hpp"
#include "bench/stress/daemon.hpp"
#include "bench/stress/figures.hpp"
#include "bench/stress/runs.hpp"
#include "bench/stress/scenarios.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

constexpr int floods = 64;

/// A process that gives every byte back: nobody's answer can come sooner.
class echo {
public:
  echo() {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends_) != 0)
      std::abort();
    pid_ = fork();
    if (pid_ == 0)
      answer();
    close(ends_[1]);
  }
  ~echo() {
    close(ends_[0]);
    waitpid(pid_, nullptr, 0);
  }
  echo(const echo&) = delete;
  echo& operator=(const echo&) = delete;

  [[nodiscard]] std::vector<double> timed(int times) const {
    std::vector<double> each;
    char byte = 0;
    for (int n = 0; n < times; ++n) {
      const auto since = clock::now();
      if (write(ends_[0], &byte, 1) != 1 || read(ends_[0], &byte, 1) != 1)
        std::abort();
      each.push_back(ms_since(since));
    }
    return each;
  }

private:
  [[noreturn]] void answer() const {
    close(ends_[0]);
    for (char byte = 0; read(ends_[1], &byte, 1) == 1;)
      if (write(ends_[1], &byte, 1) != 1)
        break;
    _exit(0);
  }

  int ends_[2]{-1, -1};
  pid_t pid_ = -1;
};

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
  const echo bare;
  daemon at(how.troupe);
  at.start();
  client door(at.socket());
  json figures{{"floods", floods}};
  const auto quiet = spawn(door, process_run({"/bin/sleep", "1000000"}));
  const auto ask = [&](const char* when) {
    figures[when] = {
      {"echo", spread(bare.timed(how.many(1000)))},
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
