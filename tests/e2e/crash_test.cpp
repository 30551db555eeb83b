#include "tests/e2e/daemon.hpp"

#include "cli/starter.hpp"
#include "keeper/lease.hpp"
#include "keeper/spawn.hpp"
#include "protocol/jsonrpc.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

namespace troupe::e2e {

namespace {

constexpr bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#else
  return false;
#endif
}

using words = std::vector<std::string>;

struct crash_point {
  const char* act;     ///< spawn, restart, cancel, adopt, shutdown
  const char* process; ///< Who is killed at its n-th step of it.
};

/// One act after another under one daemon; in each, a process is killed before the n-th
/// thing it does to the world (crash_shim.cpp), n = 1, 2, 3 … until there are no more.
/// TROUPE_CRASH_STRIDE: every how many-th; 1 is all of them.
class crash : public daemon_test, public ::testing::WithParamInterface<crash_point> {
protected:
  void SetUp() override {
    if (sanitized())
      GTEST_SKIP() << "NOT SHOWN: a sanitizer will have nothing preloaded before it";
    configure("limits:\n  spawns_per_minute: 1000000\n");
    if (const auto* told = std::getenv("TROUPE_CRASH_STRIDE"))
      stride_ = std::max(1, std::atoi(told));
    start();
  }

  void TearDown() override {
    std::filesystem::remove(aim_);
    daemon_test::TearDown();
    wait_for_keeper();
  }

  void start() {
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

  bool keeper_ended() const {
    pollfd end{keeper_.pidfd.get(), POLLIN, 0};
    return keeper_.pid == 0 || poll(&end, 1, 0) == 1;
  }

  void wait_for_keeper() {
    if (keeper_.pid == 0)
      return;
    EXPECT_TRUE(eventually([&] { return keeper_ended(); })) << log();
    waitpid(keeper_.pid, nullptr, 0);
    keeper_ = {};
  }

  /// The answer of a connection of its own; nothing if that ends before.
  std::optional<json> try_once(const std::string& tool, const json& arguments) {
    auto link = cli::connect_to(place_.socket());
    if (!link) {
      if (keeper_ended()) {
        wait_for_keeper();
        start();
      }
      return {};
    }
    const json client{{"name", "e2e"}, {"version", "1"}};
    std::string all;
    for (const auto& message :
         {hello(),
          jsonrpc::request(
            1,
            "initialize",
            {{"protocolVersion", "2025-11-25"},
             {"capabilities", json::object()},
             {"clientInfo", client}}),
          jsonrpc::notification("notifications/initialized", json::object()),
          jsonrpc::request(
            2, "tools/call", {{"name", tool}, {"arguments", arguments}})})
      all += print_json(message) + '\n';
    if (
      ::send(link->get(), all.data(), all.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(all.size()))
      return {};
    testing::line_end from(std::move(*link));
    while (auto line = from.line())
      if (auto said = parse_json(*line); said && said->value("id", 0) == 2)
        return *said;
    return {};
  }

  /// Asks until there is an answer, whoever dies meanwhile.
  json ask(const std::string& tool, const json& arguments) {
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

  /// Idempotent, so that asking again is harmless.
  std::string begin(words act) {
    auto request = agent(std::move(act));
    request["idempotency_key"] = std::to_string(n_);
    request["restart"] = {
      {"type", "transient"},
      {"max_restarts", 100},
      {"backoff_ms", 1},
      {"backoff_max_ms", 10}};
    ++begun_;
    return ask("spawn_run", request).value("run_id", "");
  }

  json view(const std::string& run_id) { return ask("get_run", {{"run_id", run_id}}); }

  void await(const std::string& run_id, const std::function<bool(const json&)>& so) {
    json last;
    EXPECT_TRUE(eventually([&] { return so(last = view(run_id)); }))
      << point() << print_json(last) << log();
  }

  void await_end(const std::string& run_id) {
    await(run_id, [](const json& run) {
      const auto status = run.value("status", "");
      return status == "completed" || status == "failed" || status == "cancelled";
    });
  }

  void await_word(const std::string& run_id) {
    await(run_id, [](const json& run) { return run.value("last_seq", 0) > 2; });
  }

  void aim() {
    std::ofstream(aim_ + ".new") << GetParam().process << ' ' << n_ << ' ' << n_;
    std::filesystem::rename(aim_ + ".new", aim_);
  }

  /// Whether the shot has fallen; takes it back if not.
  bool fired() { return !std::filesystem::remove(aim_); }

  [[nodiscard]] std::string point() const {
    return std::string(GetParam().act) + ", " + GetParam().process +
           " killed at step " + std::to_string(n_) + ": ";
  }

  [[nodiscard]] std::string file() const {
    return place_.path() / ("go" + std::to_string(n_));
  }

  void open_gate() { std::ofstream(file()) << "go"; }

  /// What is true of every run that is over, whatever happened.
  void check(const std::string& run_id, const char* status, const char* last_words) {
    const auto run = view(run_id);
    EXPECT_EQ(run["status"], status) << point() << print_json(run);
    EXPECT_TRUE(bearers(run_id).empty()) << point() << described(bearers(run_id));
    EXPECT_EQ(ask("list_runs", {{"limit", 1}}).value("total", 0), begun_) << point();
    const auto page = ask(
      "poll_events",
      {{"run_id", run_id}, {"wait_ms", 0}, {"limit", 1000}, {"max_bytes", 1048576}});
    std::uint64_t seq = 0;
    std::string words_said;
    int times = 0;
    for (const auto& event : page.value("events", json::array())) {
      EXPECT_EQ(event["seq"], ++seq) << point();
      if (event["type"] == "agent_message")
        times += (words_said = event["data"].value("text", "")).starts_with(last_words);
      EXPECT_NE(words_said, "double") << point();
    }
    EXPECT_EQ(seq, run["last_seq"]) << point();
    EXPECT_TRUE(words_said.starts_with(last_words)) << point() << words_said;
    const bool by_us = GetParam().process == std::string("supervisor");
    EXPECT_TRUE(by_us ? times == 1 : times >= 1) << point() << print_json(page);
    EXPECT_TRUE(eventually([&] { return groups().empty(); }))
      << point() << groups().front();
    EXPECT_TRUE(agents().empty()) << point() << described(agents());
  }

  bool spawn_point() {
    open_gate();
    aim();
    const auto run_id = begin({"oracle", file(), "x", "1"});
    await_end(run_id);
    const bool hit = fired();
    check(run_id, "completed", "end ");
    return hit;
  }

  bool restart_point() {
    const auto run_id = begin({"second_try", file(), "x"});
    await_word(run_id);
    aim();
    open_gate();
    await_end(run_id);
    const bool hit = fired();
    check(run_id, "completed", "again");
    return hit;
  }

  bool cancel_point() {
    const auto run_id = begin({"trick", "double_fork"});
    await_word(run_id);
    aim();
    ask("cancel_run", {{"run_id", run_id}});
    await_end(run_id);
    const bool hit = fired();
    check(run_id, "cancelled", "ready");
    return hit;
  }

  bool adopt_point() {
    const auto run_id = begin({"second_try", file(), "x"});
    await_word(run_id);
    const auto old = supervisor();
    aim();
    EXPECT_EQ(kill(old, SIGKILL), 0);
    await(run_id, [](const json& run) { return run.value("status", "") == "running"; });
    open_gate();
    await_end(run_id);
    const bool hit = fired();
    check(run_id, "completed", "again");
    return hit;
  }

  bool shutdown_point() {
    const auto run_id = begin({"trick", "double_fork"});
    await_word(run_id);
    const auto old = keeper();
    aim();
    EXPECT_EQ(kill(old, SIGTERM), 0);
    EXPECT_TRUE(eventually([&] {
      const auto now = keeper::read_daemon(place_.state());
      return keeper_ended() || (now && now->pid != old);
    }))
      << point() << log();
    const bool hit = fired();
    ask("cancel_run", {{"run_id", run_id}});
    await_end(run_id);
    check(run_id, "cancelled", "ready");
    return hit;
  }

  std::string aim_ = place_.path() / "aim";
  std::string refused_;
  keeper::launched keeper_;
  int stride_ = 5;
  int n_ = 1;
  int begun_ = 0;
};

} // namespace

TEST_P(crash, AtAnyStepLosesAndDoublesNothing) {
  const std::map<std::string, std::function<bool()>> acts{
    {"spawn", [&] { return spawn_point(); }},
    {"restart", [&] { return restart_point(); }},
    {"cancel", [&] { return cancel_point(); }},
    {"adopt", [&] { return adopt_point(); }},
    {"shutdown", [&] { return shutdown_point(); }}};
  constexpr int many = 2000;
  const auto& act = acts.at(GetParam().act);
  while (act() && !HasFailure() && n_ < many)
    n_ += stride_;
  EXPECT_LT(n_, many) << "the steps do not run out";
  EXPECT_GT(n_, 1) << "nothing was ever hit";
  std::printf("%s: %d steps, every %d\n", point().c_str(), n_ - 1, stride_);
}

INSTANTIATE_TEST_SUITE_P(
  Points,
  crash,
  ::testing::Values(
    crash_point{"spawn", "supervisor"},
    crash_point{"spawn", "keeper"},
    crash_point{"restart", "supervisor"},
    crash_point{"restart", "keeper"},
    crash_point{"cancel", "supervisor"},
    crash_point{"cancel", "keeper"},
    crash_point{"adopt", "supervisor"},
    crash_point{"adopt", "keeper"},
    crash_point{"shutdown", "supervisor"},
    crash_point{"shutdown", "keeper"}),
  [](const auto& at) { return std::string(at.param.act) + "_" + at.param.process; });

} // namespace troupe::e2e
