#include "tests/e2e/daemon.hpp"

namespace troupe::e2e {

namespace {

/// Real agents whose silence has different causes, against real clocks.
class hanging : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  static json limits(json of, const char* stdin_mode = "none") {
    return {{"limits", std::move(of)}, {"backend_config", {{"stdin", stdin_mode}}}};
  }

  json run(client& by, const std::string& run_id) {
    by.ended({run_id});
    return by.must("get_run", {{"run_id", run_id}});
  }

  /// The steps of warnings of a run that has ended.
  std::vector<std::string> steps(client& by, const std::string& run_id) {
    std::vector<std::string> found;
    for (const auto& event : by.events(run_id))
      if (event["type"] == "warning" && event["data"].contains("step"))
        found.push_back(event["data"]["step"]);
    return found;
  }
};

} // namespace

TEST_P(hanging, ASilentAgentIsWarnedNudgedAndEnded) {
  auto me = join();
  const auto run_id = spawn(*me, {"silent", "on"}, limits({{"idle_s", 2}}, "json"));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["exit"]["reason"], "hung") << print_json(ended) << log();
  EXPECT_EQ(
    steps(*me, run_id),
    (std::vector<std::string>{"warn", "nudge", "end", "close_stdin", "terminate"}));
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_P(hanging, AnAnswerToTheNudgeIsASignOfLife) {
  auto me = join();
  const auto run_id =
    spawn(*me, {"silent", "answers"}, limits({{"idle_s", 2}}, "json"));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["status"], "completed") << print_json(ended) << log();
  EXPECT_EQ(ended["result"]["final_response"], "woken");
  EXPECT_EQ(steps(*me, run_id), (std::vector<std::string>{"warn", "nudge"}));
}

TEST_P(hanging, AnAgentThatComputesInSilenceIsLeftAlone) {
  auto me = join();
  const auto run_id = spawn(*me, {"compute", "3"}, limits({{"idle_s", 1}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["status"], "completed") << print_json(ended) << log();
}

TEST_P(hanging, AnAgentThatComputesForEverIsFound) {
  auto me = join();
  const auto run_id = spawn(*me, {"compute", "1000"}, limits({{"idle_s", 1}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["exit"]["reason"], "hung") << print_json(ended) << log();
  EXPECT_NE(
    ended["exit"].value("detail", "").find("although its processes worked"),
    std::string::npos)
    << print_json(ended);
}

TEST_P(hanging, SilenceWithinAToolCallIsNone) {
  auto me = join();
  const auto run_id = spawn(*me, {"tool", "3"}, limits({{"idle_s", 1}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["status"], "completed") << print_json(ended) << log();
  EXPECT_TRUE(steps(*me, run_id).empty());
}

TEST_P(hanging, AToolCallHasALimitOfItsOwn) {
  auto me = join();
  const auto run_id = spawn(*me, {"tool", "1000"}, limits({{"tool_s", 1}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["exit"]["reason"], "timeout") << print_json(ended) << log();
  EXPECT_NE(ended["exit"].value("detail", "").find("limits.tool_s"), std::string::npos);
}

TEST_P(hanging, MemoryOfAGrandchildEndsTheRunAsOomWithAProof) {
  auto me = join();
  const auto run_id = spawn(*me, {"hog", "4000"}, limits({{"memory_mb", 100}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["exit"]["reason"], "oom") << print_json(ended) << log();
  const auto& attempt = ended["attempts"][0];
  EXPECT_GE(attempt.value("peak_memory_mb", 0), 50) << print_json(ended);
  const auto proof = attempt.value("oom_proof", "");
  if (GetParam() == tier::subtree)
    EXPECT_EQ(proof, "watchdog");
  else
    EXPECT_TRUE(proof == "counter" || proof == "watchdog") << proof;
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_P(hanging, MemoryInUseCanBeSeen) {
  auto me = join();
  const auto run_id = spawn(*me, {"hog", "60"});
  EXPECT_TRUE(eventually([&] {
    const auto run = me->must("get_run", {{"run_id", run_id}});
    return run.value("/attempts/0/memory_mb"_json_pointer, 0) >= 60;
  }))
    << log();
  me->must("cancel_run", {{"run_id", run_id}, {"wait_ms", 30000}});
}

TEST_P(hanging, ABudgetWarnsAndThenEndsTheRun) {
  auto me = join();
  const auto run_id = spawn(*me, {"spend"}, limits({{"turns", 20}}));
  const auto ended = run(*me, run_id);
  EXPECT_EQ(ended["exit"]["reason"], "budget") << print_json(ended) << log();
  const auto seen = steps(*me, run_id);
  EXPECT_EQ(seen.at(0), "warn");
  EXPECT_EQ(seen.at(1), "end");
}

INSTANTIATE_TEST_SUITE_P(
  Tiers, hanging, ::testing::Values(tier::cgroup, tier::subtree), tier_name);

} // namespace troupe::e2e
