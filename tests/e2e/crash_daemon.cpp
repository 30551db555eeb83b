#include "tests/e2e/crash_daemon.hpp"

#include "cli/starter.hpp"
#include "keeper/processes.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace troupe::e2e {

namespace {

bool has_ended(const keeper::descriptor& pidfd) {
  pollfd end{pidfd.get(), POLLIN, 0};
  return poll(&end, 1, 0) == 1;
}

} // namespace

void crash_daemon::SetUp() {
  configure("limits:\n  spawns_per_minute: 1000000\ntoolsets: [runs, agents]\n");
  start();
}

void crash_daemon::TearDown() {
  std::filesystem::remove(aim_);
  daemon_test::TearDown();
  wait_for_keeper();
}

void crash_daemon::start() {
  keeper::launch what;
  what.program = "/bin/sh";
  what.argv = {
    "sh",
    "-c",
    R"(exec "$0" keeper --state-dir "$1" </dev/null >/dev/null 2>>"$1/daemon.log")",
    testing::troupe_program(),
    place_.state()};
  what.env = environment_;
  what.env.push_back(
    "LD_PRELOAD=" + std::string(TROUPE_BINARY_DIR) + "/tests/e2e/libe2e_crash.so");
  what.env.push_back("TROUPE_CRASH_AT=" + aim_);
  const keeper::descriptor nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  what.stdio = {nowhere.get(), nowhere.get(), nowhere.get()};
  auto born = keeper::start(what);
  ASSERT_TRUE(born);
  keeper_ = std::move(*born);
}

bool crash_daemon::keeper_ended() const {
  return keeper_.pid == 0 || has_ended(keeper_.pidfd);
}

void crash_daemon::end_keeper() {
  const keeper::descriptor it(static_cast<int>(syscall(SYS_pidfd_open, keeper(), 0)));
  ASSERT_TRUE(it) << point();
  keeper::send_signal(it.get(), SIGTERM);
  EXPECT_TRUE(eventually([&] { return has_ended(it); })) << point() << log();
}

void crash_daemon::wait_for_keeper() {
  if (keeper_.pid == 0)
    return;
  EXPECT_TRUE(eventually([&] { return keeper_ended(); })) << log();
  waitpid(keeper_.pid, nullptr, 0);
  keeper_ = {};
}

/// The answer on a connection of its own; nothing if that ends before.
std::optional<json>
crash_daemon::try_once(const std::string& tool, const json& arguments) {
  auto link = cli::connect_to(place_.socket());
  if (!link) {
    if (keeper_ended()) {
      wait_for_keeper();
      start();
    }
    return {};
  }
  const json greeting{
    {"protocolVersion", "2025-11-25"},
    {"capabilities", json::object()},
    {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}};
  std::string all;
  for (const auto& message :
       {hello(),
        jsonrpc::request(1, "initialize", greeting),
        jsonrpc::notification("notifications/initialized", json::object()),
        jsonrpc::request(2, "tools/call", {{"name", tool}, {"arguments", arguments}})})
    all += print_json(message) + '\n';
  const auto sent = ::send(link->get(), all.data(), all.size(), MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(all.size()))
    return {};
  testing::line_end from(std::move(*link));
  while (auto line = from.line())
    if (auto said = parse_json(*line); said && said->value("id", 0) == 2)
      return *said;
  return {};
}

json crash_daemon::ask(const std::string& tool, const json& arguments) {
  json data;
  const bool told = eventually([&] {
    const auto said = try_once(tool, arguments);
    if (!said || !said->contains("result"))
      return false;
    data = (*said)["result"].value("structuredContent", json::object());
    refused_ = print_json(*said);
    return !(*said)["result"].value("isError", false);
  });
  EXPECT_TRUE(told) << point() << tool << ": " << refused_ << log();
  return data;
}

void crash_daemon::await(
  const std::string& run_id, const std::function<bool(const json&)>& so) {
  json last;
  EXPECT_TRUE(eventually([&] { return so(last = view(run_id)); }))
    << point() << print_json(last) << log();
}

void crash_daemon::await_end(const std::string& run_id) {
  await(run_id, [](const json& run) {
    const auto status = run.value("status", "");
    return status == "completed" || status == "failed" || status == "cancelled";
  });
}

void crash_daemon::await_word(const std::string& run_id) {
  await(run_id, [](const json& run) { return run.value("phase", "") == "working"; });
}

std::string crash_daemon::begin(const std::string& act, const json& more) {
  auto request = agent({act, gate(), "x", "1"}, more);
  request["idempotency_key"] = std::to_string(n_);
  request["restart"] = {
    {"type", "transient"},
    {"max_restarts", 100},
    {"backoff_ms", 1},
    {"backoff_max_ms", 10}};
  ++begun_;
  return ask("spawn_run", request).value("run_id", "");
}

std::string crash_daemon::gate() const {
  return place_.path() / ("go" + std::to_string(n_));
}

void crash_daemon::open_gate() {
  std::ofstream(gate()) << "go";
}

void crash_daemon::aim(const char* process) {
  aimed_at_ = process;
  std::ofstream(aim_ + ".new") << process << ' ' << n_;
  std::filesystem::rename(aim_ + ".new", aim_);
}

bool crash_daemon::fired() const {
  return !std::filesystem::remove(aim_);
}

std::string crash_daemon::point() const {
  return aimed_at_ + " killed at step " + std::to_string(n_) + ": ";
}

std::vector<int> crash_daemon::witnesses() const {
  std::ifstream file(gate() + ".x.ran");
  std::vector<int> ran;
  for (int n = 0; file >> n;)
    ran.push_back(n);
  return ran;
}

void crash_daemon::check(const crash_plan& plan, const std::string& run_id) {
  const auto run = view(run_id);
  EXPECT_EQ(run["status"], plan.status) << point() << print_json(run);
  EXPECT_EQ(ask("list_runs", {{"limit", 1}}).value("total", 0), begun_) << point();
  check_attempts(plan, run);
  check_events(run);
  check_leftovers(run_id);
}

void crash_daemon::check_attempts(const crash_plan& plan, const json& run) {
  const auto ran = witnesses();
  const auto told = point() + print_json(run);
  const bool completes = plan.status == std::string("completed");
  const auto& attempts = run["attempts"];
  int lost = 0;
  int crashed = 0;
  for (const auto& attempt : attempts) {
    const int n = attempt["n"];
    const auto reason = attempt.value("exit", json::object()).value("reason", "none");
    const bool is_last = n == static_cast<int>(attempts.size());
    const auto times = std::ranges::count(ran, n);
    EXPECT_LE(times, 1) << "an attempt was started twice; " << told;
    lost += reason == "lost" ? 1 : 0;
    crashed += reason == "crashed" ? 1 : 0;
    EXPECT_TRUE(times == 1 || transcript(run["run_id"], n).empty()) << told;
    const bool may_be_lost = plan.ends_keeper() || times == 0;
    const bool as_planned = !is_last    ? reason == "crashed"
                            : completes ? reason == "completed"
                                        : reason == "cancelled" || reason == "shutdown";
    EXPECT_TRUE(reason == "lost" ? may_be_lost : as_planned) << n << "; " << told;
  }
  EXPECT_EQ(std::ranges::count(ran, 0), 0) << "two lived at once; " << told;
  EXPECT_TRUE(ran.empty() || std::ranges::max(ran) <= static_cast<int>(attempts.size()))
    << "an attempt that nobody knows; " << told;
  EXPECT_LE(lost, 1) << told;
  EXPECT_LE(crashed, plan.crashes) << told;
  EXPECT_GE(crashed + (plan.ends_keeper() ? lost : 0), plan.crashes) << told;
}

void crash_daemon::check_events(const json& run) {
  const std::string run_id = run["run_id"];
  std::vector<std::string> said;
  std::string all;
  std::uint64_t seq = 0;
  for (bool more = true; more;) {
    const auto page = ask(
      "poll_events",
      {{"run_id", run_id},
       {"after_seq", seq},
       {"wait_ms", 0},
       {"limit", 1000},
       {"max_bytes", 1048576}});
    more = !page.value("events", json::array()).empty();
    for (const auto& event : page.value("events", json::array())) {
      EXPECT_EQ(event["seq"], ++seq) << point();
      all += "\n" + print_json(event);
      if (event["type"] == "agent_message")
        said.push_back(event["data"].value("text", ""));
    }
  }
  EXPECT_EQ(seq, run["last_seq"]) << point();
  std::vector<std::string> written;
  for (const auto& attempt : run["attempts"])
    for (auto& line : transcript(run_id, attempt["n"]))
      if (!line.starts_with('{'))
        written.push_back(std::move(line));
  EXPECT_EQ(said, written) << point() << print_json(run) << all;
}

crash_daemon::measure crash_daemon::open_descriptors() const {
  return {descriptors_of(keeper()), descriptors_of(supervisor())};
}

void crash_daemon::take_measure() {
  EXPECT_TRUE(eventually([&] {
    const auto last = std::exchange(idle_, open_descriptors());
    return last == idle_ && processes().size() == 2 && groups().empty();
  }))
    << described(processes());
}

void crash_daemon::check_leftovers(const std::string& run_id) {
  EXPECT_TRUE(bearers(run_id).empty()) << point() << described(bearers(run_id));
  EXPECT_TRUE(eventually([&] { return groups().empty(); })) << point();
  EXPECT_TRUE(eventually([&] { return processes().size() == 2; }))
    << point() << described(processes());
  measure now;
  EXPECT_TRUE(eventually([&] {
    now = open_descriptors();
    return now.keeper.size() <= idle_.keeper.size() &&
           now.supervisor.size() <= idle_.supervisor.size();
  }))
    << point() << "the keeper holds" << listed(now.keeper) << "\nand held"
    << listed(idle_.keeper) << "\nthe supervisor holds" << listed(now.supervisor)
    << "\nand held" << listed(idle_.supervisor);
}

} // namespace troupe::e2e
