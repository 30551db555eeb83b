#include "tests/e2e/daemon.hpp"

#include "keeper/lease.hpp"
#include "protocol/jsonrpc.hpp"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace troupe::e2e {

namespace {

using words = std::vector<std::string>;
using testing::program;

/// A client that has a server of its own, and nothing but a shell: passes on what it
/// is told, and what comes until that is answered.
constexpr const char* client_script = R"(
coproc T { exec "$0" mcp --standalone; }
while IFS= read -r line; do
  printf '%s\n' "$line" >&"${T[1]}"
  case $line in *'"id":'*)
    while IFS= read -r told <&"${T[0]}" && printf '%s\n' "$told"; do
      case $told in *'"id":'*) break ;; esac
    done ;;
  esac
done
)";

class standalone : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  std::unique_ptr<program> start(words argv) {
    argv.insert(argv.begin(), in_front_.begin(), in_front_.end());
    return std::make_unique<program>(argv, environment_);
  }

  connection alone(const words& more = {}) {
    words argv{testing::troupe_program(), "mcp", "--standalone"};
    argv.insert(argv.end(), more.begin(), more.end());
    connection made(start(argv));
    made->enter();
    return made;
  }

  connection through_a_client() {
    connection made(
      start({"/bin/bash", "-c", client_script, testing::troupe_program()}));
    made->enter();
    return made;
  }

  /// Starts an agent that stays, and waits until it speaks.
  std::string staying(client& by) {
    const auto run = spawn(by, {"wait"});
    EXPECT_FALSE(by.event_of(run, "agent_message").is_null());
    EXPECT_FALSE(bearers(run).empty());
    return run;
  }

  [[nodiscard]] std::filesystem::path base() const {
    return place_.path() / ".local/state/troupe-standalone";
  }

  [[nodiscard]] words homes() const {
    words found;
    std::error_code none;
    for (const auto& each : std::filesystem::directory_iterator(base(), none))
      if (each.is_directory(none))
        found.push_back(each.path());
    return found;
  }

  void expect_all_gone() const {
    EXPECT_TRUE(eventually([&] { return processes().empty(); }))
      << described(processes());
    EXPECT_TRUE(eventually([&] { return homes().empty(); }));
  }

  /// Of the only one there is.
  [[nodiscard]] pid_t own_keeper() const {
    const auto all = homes();
    EXPECT_EQ(all.size(), 1U);
    const auto info = all.empty() ? std::nullopt : keeper::read_daemon(all.front());
    EXPECT_TRUE(info);
    return info ? info->pid : 0;
  }

  [[nodiscard]] pid_t child_of(pid_t parent, const std::string& name) const {
    for (const auto pid : processes()) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/status");
      const std::string facts{std::istreambuf_iterator<char>(file), {}};
      if (
        facts.starts_with("Name:\t" + name) &&
        facts.find("PPid:\t" + std::to_string(parent) + "\n") != std::string::npos)
        return pid;
    }
    return 0;
  }
};

} // namespace

TEST_P(standalone, EndsWhenItsClientLeavesAndLeavesNothing) {
  auto me = alone();
  staying(*me);
  EXPECT_EQ(homes().size(), 1U);
  me.relay().in.end();
  EXPECT_EQ(me.relay().exit_code(), 0);
  EXPECT_TRUE(processes().empty()) << "it waits for that:" << described(processes());
  expect_all_gone();
}

TEST_P(standalone, EndsWithAClientThatIsKilled) {
  auto me = through_a_client();
  staying(*me);
  me.relay().signal(SIGKILL);
  EXPECT_EQ(me.relay().exit_code(), 128 + SIGKILL);
  expect_all_gone();
}

TEST_P(standalone, EndsWithARelayThatIsKilled) {
  auto me = alone();
  staying(*me);
  me.relay().signal(SIGKILL);
  expect_all_gone();
}

TEST_P(standalone, EndsWithARelayThatIsKilledTogetherWithItsKeeper) {
  auto me = alone();
  staying(*me);
  const auto root = own_keeper();
  ASSERT_GT(root, 0);
  me.relay().signal(SIGSTOP);
  ASSERT_TRUE(signal_one(root, SIGKILL));
  me.relay().signal(SIGKILL);
  expect_all_gone();
}

TEST_P(standalone, GoesOnUnderAClientWhoseKeeperIsKilled) {
  auto me = alone();
  const auto run = staying(*me);
  ASSERT_TRUE(signal_one(own_keeper(), SIGKILL));
  EXPECT_EQ(me->must("get_run", {{"run_id", run}})["status"], "running");
  EXPECT_EQ(me->must("get_run", {{"run_id", run}})["restarts"], 0);
  me.relay().in.end();
  EXPECT_EQ(me.relay().exit_code(), 0);
  expect_all_gone();
}

TEST_P(standalone, ClearsUpAfterOneWhoseEveryProcessWasKilled) {
  auto me = alone();
  const auto run = staying(*me);
  const auto root = own_keeper();
  const auto supervisor = child_of(root, "troupe-supervis");
  ASSERT_GT(supervisor, 0);
  ASSERT_TRUE(signal_one(root, SIGSTOP));
  me.relay().signal(SIGKILL);
  ASSERT_TRUE(signal_one(supervisor, SIGKILL));
  ASSERT_TRUE(signal_one(root, SIGKILL));
  EXPECT_EQ(me.relay().exit_code(), 128 + SIGKILL);
  EXPECT_EQ(homes().size(), 1U) << "nobody was left to remove it";

  auto next = alone();
  EXPECT_TRUE(eventually([&] { return bearers(run).empty(); })) << "the old agent";
  EXPECT_TRUE(eventually([&] { return homes().size() == 1; }));
  EXPECT_EQ(next->must("list_runs", json::object())["total"], 0);
  next.relay().in.end();
  EXPECT_EQ(next.relay().exit_code(), 0);
  expect_all_gone();
}

TEST_P(standalone, StandsBesideOthersAndTheUsersDaemon) {
  configure("http:\n  address: \"127.0.0.1:0\"\n");
  auto shared = join();
  auto one = alone();
  auto two = alone();
  const auto of_shared = staying(*shared);
  const auto of_one = staying(*one);
  const auto of_two = staying(*two);
  for (auto* each : {&shared, &one, &two})
    EXPECT_EQ((*each)->must("list_runs", json::object())["total"], 1);
  for (const auto& home : homes())
    EXPECT_FALSE(std::filesystem::exists(home + "/http.json"));
  EXPECT_TRUE(std::filesystem::exists(place_.state() + "/http.json"));

  one.relay().signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return bearers(of_one).empty(); }));
  EXPECT_EQ(two->must("get_run", {{"run_id", of_two}})["status"], "running");
  two.relay().signal(SIGTERM);
  EXPECT_EQ(two.relay().exit_code(), 0);
  EXPECT_TRUE(bearers(of_two).empty());
  EXPECT_EQ(shared->must("get_run", {{"run_id", of_shared}})["status"], "running");
}

TEST_P(standalone, KeepsAStateDirectoryThatItWasGiven) {
  const words given{"--state-dir", place_.path() / "given"};
  auto me = alone(given);
  const auto run = spawn(*me, {"answer", "3"});
  me->ended({run});
  auto second = start(
    {testing::troupe_program(), "mcp", "--standalone", given.front(), given.back()});
  EXPECT_EQ(second->exit_code(), 1);
  EXPECT_NE(second->err.line().value_or("").find("another"), std::string::npos);
  me.relay().in.end();
  EXPECT_EQ(me.relay().exit_code(), 0);

  auto again = alone(given);
  EXPECT_EQ(again->must("get_run", {{"run_id", run}})["status"], "completed");
  again.relay().signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return processes().empty(); }));
  EXPECT_TRUE(std::filesystem::exists(given.back() + "/runs/" + run));
  EXPECT_TRUE(homes().empty());
}

TEST_P(standalone, DoesNotTakeOverADaemonThatServesAlready) {
  auto shared = join();
  auto refused = troupe({"mcp", "--standalone"});
  EXPECT_EQ(refused->exit_code(), 1);
  EXPECT_NE(
    refused->err.line().value_or("").find("a daemon serves"), std::string::npos);
  EXPECT_EQ(shared->must("list_runs", json::object())["total"], 0);
}

TEST_P(standalone, InsideARunIsAClientOfTheDaemonAbove) {
  auto me = join();
  auto request = agent({});
  request["backend_config"] = {
    {"command",
     {agent_program(), "stray", testing::troupe_program(), "mcp", "--standalone"}},
    {"stdin", "text"}};
  request["prompt"] =
    print_json(jsonrpc::request(
      1,
      "initialize",
      {{"protocolVersion", "2025-11-25"},
       {"capabilities", json::object()},
       {"clientInfo", {{"name", "inside"}, {"version", "1"}}}})) +
    "\n" +
    print_json(jsonrpc::request(
      2, "tools/call", {{"name", "list_runs"}, {"arguments", json::object()}}));
  const auto run = me->must("spawn_run", request).value("run_id", "");
  me->ended({run});
  bool answered = false;
  for (const auto& line : transcript(run, 1))
    if (const auto said = parse_json(line); said && said->value("id", 0) == 2)
      answered = said->contains("result");
  EXPECT_TRUE(answered) << log();
  EXPECT_FALSE(std::filesystem::exists(base()));
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  standalone,
  ::testing::Values(tier::cgroup, tier::subtree, tier::other_user),
  tier_name);

} // namespace troupe::e2e
