#include "tests/e2e/daemon.hpp"

#include <csignal>

namespace troupe::e2e {

namespace {

class death : public daemon_test {};

class cancelling : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }
};

} // namespace

TEST_F(death, RubbishIsNoneOfAnAgent) {
  auto me = join();
  const auto run_id = spawn(*me, {"rubbish", "20971520"});
  const auto brief = me->ended({run_id})[run_id];
  EXPECT_EQ(brief["status"], "completed") << print_json(brief);
  int binary = 0;
  int cut = 0;
  int messages = 0;
  for (const auto& event : me->events(run_id)) {
    if (event["type"] != "agent_message")
      continue;
    ++messages;
    binary += event["data"].value("binary", false) ? 1 : 0;
    cut += event["data"].contains("truncated") ? 1 : 0;
  }
  EXPECT_EQ(messages, 4);
  EXPECT_EQ(binary, 1);
  EXPECT_EQ(cut, 1);
  EXPECT_EQ(
    me->must("get_run", {{"run_id", run_id}})["result"]["final_response"], "alive");
}

TEST_F(death, AKilledClientHarmsNoRun) {
  auto keep = join();
  auto doomed = join();
  const auto run_id = spawn(*doomed, {"count", "50", "10"});
  const auto held =
    doomed->send("wait_runs", {{"run_ids", {run_id}}, {"until", "terminal"}});
  EXPECT_GT(held, 0);
  ASSERT_FALSE(keep->event_of(run_id, "agent_message").is_null());
  doomed.relay().signal(SIGKILL);
  EXPECT_EQ(doomed.relay().exit_code(), 128 + SIGKILL);
  EXPECT_EQ(keep->ended({run_id})[run_id]["status"], "completed");
  int lines = 0;
  for (const auto& event : keep->events(run_id))
    lines += event["type"] == "agent_message" ? 1 : 0;
  EXPECT_EQ(lines, 50);
}

TEST_F(death, ATerminatedDaemonTakesItsRunsAlong) {
  std::vector<std::string> run_ids;
  {
    auto me = join();
    for (int i = 0; i < 3; ++i)
      run_ids.push_back(spawn(*me, {"tree"}));
    for (const auto& run_id : run_ids)
      ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null());
    ASSERT_TRUE(signal_one(keeper(), SIGTERM));
  }
  EXPECT_TRUE(eventually([&] { return processes().empty(); }))
    << described(processes()) << log();
  auto me = join();
  for (const auto& run_id : run_ids) {
    const auto run = me->must("get_run", {{"run_id", run_id}});
    EXPECT_EQ(run["status"], "cancelled") << print_json(run);
    EXPECT_EQ(run["exit"]["reason"], "shutdown") << print_json(run);
  }
}

TEST_P(cancelling, IsSaidToBeDoneOnlyWhenTheTreeIsGone) {
  auto me = join();
  for (int i = 0; i < 5; ++i) {
    const auto run_id = spawn(*me, {"tree"});
    ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
    ASSERT_GE(agents().size(), 3u);
    const auto answer =
      me->call("cancel_run", {{"run_id", run_id}, {"wait_ms", 30000}});
    const auto left = agents();
    ASSERT_EQ(answer.of("status"), "cancelled") << answer.text << log();
    EXPECT_TRUE(left.empty()) << described(left);
    EXPECT_EQ(answer.of("proof"), GetParam() == tier::cgroup ? "cgroup" : "subtree");
  }
}

TEST_P(cancelling, SaysStoppingWhileItIsNotDone) {
  auto me = join();
  const auto run_id = spawn(*me, {"tree"});
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  const auto answer = me->call("cancel_run", {{"run_id", run_id}, {"wait_ms", 0}});
  EXPECT_EQ(answer.of("status"), "running") << answer.text;
  EXPECT_EQ(answer.of("phase"), "stopping") << answer.text;
  EXPECT_EQ(me->ended({run_id})[run_id]["status"], "cancelled");
  EXPECT_TRUE(agents().empty()) << described(agents());
  const auto again = me->call("cancel_run", {{"run_id", run_id}});
  EXPECT_EQ(again.of("status"), "cancelled") << again.text;
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  cancelling,
  ::testing::Values(tier::cgroup, tier::subtree, tier::other_user),
  tier_name);

} // namespace troupe::e2e
