#include "tests/e2e/daemon.hpp"

#include <fstream>
#include <set>
#include <thread>

namespace troupe::e2e {

namespace {

class under_load : public daemon_test {};


} // namespace

TEST_F(under_load, AFinishedRunGoesOnAtOnceAHundredTimes) {
  environment_.push_back(
    "TROUPE_CLAUDE_CODE_COMMAND=" + std::string(TROUPE_BINARY_DIR) +
    "/tests/e2e/claude");
  auto me = join();
  auto run_id = me->must(
                    "spawn_run",
                    {{"backend", "claude_code"},
                     {"prompt", "first"},
                     {"cwd", place_.path().string()},
                     {"env", {{"MARKER", marker_}}}})
                  .value("run_id", "");
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(me->event_of(run_id, "run_completed").is_null()) << run_id << log();
    const auto next =
      me->must("continue_run", {{"run_id", run_id}, {"input_message", "again"}});
    ASSERT_EQ(next.value("mode", ""), "resume") << i;
    ASSERT_EQ(next.value("resumed_from_run_id", ""), run_id);
    ASSERT_NE(next.value("run_id", ""), run_id);
    run_id = next.value("run_id", "");
  }
  EXPECT_EQ(me->ended({run_id})[run_id]["status"], "completed");
}

TEST_F(under_load, ARunWithoutAConversationSaysWhatToDoInstead) {
  auto me = join();
  const auto run_id = spawn(*me, {"answer", "3"});
  ASSERT_FALSE(me->event_of(run_id, "run_completed").is_null());
  const auto refused =
    me->call("continue_run", {{"run_id", run_id}, {"input_message", "again"}});
  EXPECT_TRUE(refused.failed);
  EXPECT_NE(refused.text.find("start a new one with spawn_run"), std::string::npos)
    << refused.text;
}

TEST_F(under_load, FiftySpawnsAtOnceAreFiftyRuns) {
  constexpr int lists = 300;
  const auto enough = place_.path() / "enough";
  auto me = join();
  auto other = join();
  std::vector<int> asked;
  for (int i = 0; i < 50; ++i)
    asked.push_back(me->send("spawn_run", agent({"until", enough.string()})));
  std::jthread looking([&] {
    for (int i = 0; i < lists; ++i) {
      const auto page = other->call("list_runs", {{"limit", 100}});
      EXPECT_FALSE(page.failed) << page.text;
    }
    std::ofstream file(enough);
  });
  std::set<std::string> names;
  std::vector<std::string> run_ids;
  for (const int id : asked) {
    const auto made = me->answer(id);
    EXPECT_FALSE(made.failed) << made.text;
    names.insert(made.of("agent_name"));
    run_ids.push_back(made.of("run_id"));
  }
  EXPECT_EQ(names.size(), 50u);
  EXPECT_EQ(std::set<std::string>(run_ids.begin(), run_ids.end()).size(), 50u);
  for (const auto& [run_id, brief] : me->ended(run_ids))
    EXPECT_EQ(brief["status"], "completed") << print_json(brief);
}

TEST_F(under_load, NoAnswerIsLargerThanItsBudget) {
  auto me = join();
  const auto big = spawn(*me, {"answer", "3000000"});
  const auto wide = spawn(*me, {"messages", "30", "1000000"});
  me->ended({big, wide});
  const auto run = me->call("get_run", {{"run_id", big}});
  EXPECT_FALSE(run.failed) << run.text;
  EXPECT_LE(run.bytes, 16'384u);
  EXPECT_TRUE(run.data.contains("truncated")) << run.text.substr(0, 500);
  for (const auto& run_id : {big, wide})
    for (const int budget : {1024, 16'384, 1'048'576}) {
      std::uint64_t after = 0;
      for (bool more = true; more;) {
        const auto page = me->call(
          "poll_events",
          {{"run_id", run_id},
           {"after_seq", after},
           {"limit", 1000},
           {"max_bytes", budget},
           {"wait_ms", 0}});
        ASSERT_FALSE(page.failed) << page.text.substr(0, 500);
        ASSERT_LE(page.bytes, static_cast<std::size_t>(budget));
        ASSERT_FALSE(page.data["events"].empty()) << page.text.substr(0, 500);
        for (const auto& event : page.data["events"])
          ASSERT_EQ(event["seq"], ++after);
        ASSERT_EQ(page.data["next_after_seq"], after);
        more = page.data["has_more"];
      }
      EXPECT_EQ(me->must("get_run", {{"run_id", run_id}})["last_seq"], after);
    }
}

TEST_F(under_load, AListOfAHundredRunsKeepsItsBudget) {
  auto me = join();
  std::vector<int> asked;
  for (int i = 0; i < 100; ++i)
    asked.push_back(
      me->send("spawn_run", agent({"messages", "1", "4000"}, {{"role", "r"}})));
  std::vector<std::string> run_ids;
  for (const int id : asked)
    run_ids.push_back(me->answer(id).of("run_id"));
  me->ended(run_ids);
  std::set<std::string> seen;
  json question{{"limit", 100}};
  for (;;) {
    const auto page = me->call("list_runs", question);
    ASSERT_FALSE(page.failed) << page.text;
    ASSERT_LE(page.bytes, 16'384u);
    ASSERT_EQ(page.data["total"], 100);
    for (const auto& brief : page.data["runs"])
      EXPECT_TRUE(seen.insert(brief["run_id"]).second);
    if (!page.data.contains("next_cursor"))
      break;
    question["cursor"] = page.data["next_cursor"];
  }
  EXPECT_EQ(seen.size(), 100u);
  const auto waited = me->call("wait_runs", {{"run_ids", run_ids}, {"wait_ms", 0}});
  EXPECT_FALSE(waited.failed) << waited.text;
  EXPECT_LE(waited.bytes, 16'384u);
}

} // namespace troupe::e2e
