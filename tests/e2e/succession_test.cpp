#include "tests/e2e/daemon.hpp"

#include "keeper/lease.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace troupe::e2e {

namespace {

struct setting {
  const char* name;
  tier how;
  bool probes; ///< Of what newer kernels tell.
};

/// The death of the keeper. Orphans come to the test, so that they are waited for
/// although the machine may have no init that does.
class succession : public daemon_test, public ::testing::WithParamInterface<setting> {
protected:
  void SetUp() override {
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    use(GetParam().how);
    if (!GetParam().probes)
      for (const auto* probe : {"PIDFD_INFO", "PIDFS", "CGROUP_KILL"})
        environment_.push_back("TROUPE_PROBE_" + std::string(probe) + "=0");
  }

  void TearDown() override {
    daemon_test::TearDown();
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    while (waitpid(-1, nullptr, WNOHANG) > 0)
      continue;
  }

  [[nodiscard]] keeper::daemon_info info() const {
    return keeper::read_daemon(place_.state()).value_or(keeper::daemon_info());
  }

  [[nodiscard]] bool has_cgroups() const { return GetParam().how == tier::cgroup; }

  /// Until another supervisor is there.
  void kill_keeper() {
    const auto old = info();
    ASSERT_GT(old.pid, 0);
    ASSERT_TRUE(signal_one(old.pid, SIGKILL));
    ASSERT_TRUE(eventually([&] { return info().epoch > old.epoch; })) << log();
  }

  [[nodiscard]] std::string gate() const { return place_.path() / "go"; }
  void let_go() const { std::ofstream(gate()) << "go"; }

  [[nodiscard]] static bool holds(pid_t holder, pid_t agent) {
    const auto mark = "Pid:\t" + std::to_string(agent);
    std::error_code gone;
    for (const auto& each : std::filesystem::directory_iterator(
           "/proc/" + std::to_string(holder) + "/fdinfo", gone)) {
      std::ifstream facts(each.path());
      for (std::string line; std::getline(facts, line);)
        if (line == mark)
          return true;
    }
    return false;
  }

  /// Of as many agents: one that the keeper has told nobody of yet is lost with it.
  void await_word_of(std::ptrdiff_t runs) const {
    ASSERT_TRUE(eventually([&] {
      const auto is_known = [&](pid_t agent) { return holds(supervisor(), agent); };
      return std::ranges::count_if(agents(), is_known) >= runs;
    }))
      << log();
  }

  /// Agents that live until `let_go`.
  std::vector<std::string> count(connection& me, int runs, int lines) {
    std::vector<std::string> run_ids;
    for (int i = 0; i < runs; ++i)
      run_ids.push_back(
        spawn(*me, {"count_and_wait", std::to_string(lines), "10", gate()}));
    for (const auto& run_id : run_ids)
      EXPECT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
    await_word_of(runs);
    return run_ids;
  }
};

std::string setting_name(const ::testing::TestParamInfo<setting>& info) {
  return info.param.name;
}

} // namespace

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  succession,
  ::testing::Values(
    setting{"Cgroup", tier::cgroup, true},
    setting{"Subtree", tier::subtree, true},
    setting{"CgroupOfAnOldKernel", tier::cgroup, false},
    setting{"SubtreeOfAnOldKernel", tier::subtree, false},
    setting{"OtherUser", tier::other_user, true}),
  setting_name);

TEST_P(succession, CostsNoAgentAndNoLine) {
  constexpr int lines = 200;
  auto me = join();
  const auto run_ids = count(me, 8, lines);
  const auto before = agents();
  const auto waiting = me->send(
    "wait_runs", {{"run_ids", run_ids}, {"until", "terminal"}, {"wait_ms", 40000}});
  kill_keeper();
  EXPECT_EQ(agents(), before) << log();
  let_go();
  EXPECT_FALSE(me->answer(waiting).failed);
  expect_whole(*me, run_ids, lines);
}

TEST_P(succession, KeepsAQuestionAndTheWayToAnswerIt) {
  auto me = join();
  const auto run_id = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(run_id, "input_required").is_null()) << log();
  await_word_of(1);
  kill_keeper();
  const auto run = me->must("get_run", {{"run_id", run_id}});
  ASSERT_EQ(run["pending"].size(), 1u) << print_json(run) << log();
  me->must("continue_run", {{"run_id", run_id}, {"input_message", "yes"}});
  const auto brief = me->ended({run_id})[run_id];
  EXPECT_EQ(brief["status"], "completed") << print_json(brief) << log();
  EXPECT_EQ(
    me->must("get_run", {{"run_id", run_id}})["result"]["final_response"], "yes");
}

TEST_P(succession, CancelsAndStartsAsBefore) {
  auto me = join();
  const auto run_id = spawn(*me, {"tree"});
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  await_word_of(1);
  kill_keeper();
  ASSERT_GE(agents().size(), 3u) << log();
  const auto answer = me->call("cancel_run", {{"run_id", run_id}, {"wait_ms", 30000}});
  const auto left = agents();
  EXPECT_EQ(answer.of("status"), "cancelled") << answer.text << log();
  EXPECT_EQ(answer.of("proof"), has_cgroups() ? "cgroup" : "subtree");
  EXPECT_TRUE(left.empty()) << described(left) << log();
  const auto next = spawn(*me, {"answer", "3"});
  EXPECT_EQ(me->ended({next})[next]["status"], "completed") << log();
}

TEST_P(succession, MayHappenAgainAndAgain) {
  constexpr int lines = 300;
  auto me = join();
  const auto run_ids = count(me, 3, lines);
  const auto before = agents();
  for (int i = 0; i < 4; ++i) {
    kill_keeper();
    me->must("list_runs", {{"limit", 1}});
  }
  EXPECT_EQ(agents(), before) << log();
  let_go();
  expect_whole(*me, run_ids, lines);
}

TEST_P(succession, KnowsAnEndWhileThereWasNoKeeper) {
  auto me = join();
  const auto run_id = spawn(*me, {"wait"});
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  await_word_of(1);
  const auto agent = agents();
  ASSERT_EQ(agent.size(), 1u) << described(agent);
  const auto old = info();
  const auto next = supervisor();
  ASSERT_TRUE(signal_one(next, SIGSTOP));
  ASSERT_TRUE(signal_one(old.pid, SIGKILL));
  ASSERT_TRUE(signal_one(agent.front(), SIGUSR2));
  ASSERT_TRUE(signal_one(next, SIGCONT));
  me->ended({run_id});
  const auto run = me->must("get_run", {{"run_id", run_id}});
  EXPECT_EQ(run["exit"]["reason"], "crashed") << print_json(run) << log();
  EXPECT_EQ(run["exit"]["signal"], SIGUSR2) << print_json(run);
  EXPECT_EQ(info().pid, next) << "the supervisor has become the keeper";
}

TEST_P(succession, OfKeeperAndSupervisorTogetherIsByWhatIsWrittenDown) {
  constexpr int lines = 300;
  auto me = join();
  const auto run_ids = count(me, 3, lines);
  const auto before = agents();
  const auto next = supervisor();
  ASSERT_TRUE(signal_one(next, SIGSTOP));
  ASSERT_TRUE(signal_one(keeper(), SIGKILL));
  ASSERT_TRUE(signal_one(next, SIGKILL));
  auto again = join();
  if (has_cgroups()) {
    EXPECT_EQ(agents(), before) << log();
    let_go();
    expect_whole(*again, run_ids, lines);
    return;
  }
  for (const auto& [run_id, brief] : again->ended(run_ids))
    EXPECT_EQ(again->must("get_run", {{"run_id", run_id}})["exit"]["reason"], "lost");
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_P(succession, InTheMiddleOfASuccessionStartsNoCopy) {
  auto me = join();
  const auto run_id = spawn(*me, {"wait"});
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  await_word_of(1);
  const auto next = supervisor();
  ASSERT_TRUE(signal_one(keeper(), SIGKILL));
  ASSERT_TRUE(eventually([&] {
    std::error_code while_it_executes;
    return std::filesystem::read_symlink(
             "/proc/" + std::to_string(next) + "/exe", while_it_executes)
             .filename() == "troupe";
  }));
  ASSERT_TRUE(signal_one(next, SIGKILL));
  auto again = join();
  const auto run = again->must("get_run", {{"run_id", run_id}});
  EXPECT_LE(agents().size(), 1u) << described(agents());
  EXPECT_EQ(run["attempts"].size(), 1u) << print_json(run);
  again->must("cancel_run", {{"run_id", run_id}, {"wait_ms", 30000}});
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_P(succession, LeaksNoDescriptor) {
  auto me = join();
  const auto run_id = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(run_id, "input_required").is_null()) << log();
  await_word_of(1);
  const auto settled = [&] {
    me->must("get_run", {{"run_id", run_id}});
    return std::pair(descriptors_of(keeper()), descriptors_of(supervisor()));
  };
  kill_keeper();
  const auto before = settled();
  for (int i = 0; i < 50; ++i) {
    kill_keeper();
    me->must("get_run", {{"run_id", run_id}});
  }
  const auto after = settled();
  EXPECT_LE(after.first.size(), before.first.size()) << listed(after.first) << log();
  EXPECT_LE(after.second.size(), before.second.size()) << listed(after.second);
  me->must("continue_run", {{"run_id", run_id}, {"input_message", "yes"}});
  EXPECT_EQ(me->ended({run_id})[run_id]["status"], "completed") << log();
}

TEST_P(succession, ByUpgradeKeepsAgentsAndTheKeepersPid) {
  constexpr int lines = 200;
  auto me = join();
  const auto run_ids = count(me, 3, lines);
  const auto before = agents();
  const auto old = info();
  auto command = troupe({"daemon", "upgrade"});
  EXPECT_EQ(command->exit_code(), 0) << command->err.line().value_or("") << log();
  EXPECT_EQ(info().pid, old.pid);
  EXPECT_GT(info().epoch, old.epoch);
  EXPECT_EQ(agents(), before) << log();
  let_go();
  expect_whole(*me, run_ids, lines);
}

TEST_P(succession, IsRefusedToAProgramThatDoesNotRun) {
  auto me = join();
  const auto old = info();
  const auto broken = (place_.path() / "troupe").string();
  std::ofstream(broken) << "#!/bin/false\n";
  std::filesystem::permissions(broken, std::filesystem::perms::all);
  auto command = troupe({"daemon", "upgrade", broken});
  EXPECT_EQ(command->exit_code(), 1);
  const auto said = command->err.line().value_or("");
  EXPECT_NE(said.find("not upgraded"), std::string::npos) << said;
  EXPECT_EQ(info().epoch, old.epoch);
}

} // namespace troupe::e2e
