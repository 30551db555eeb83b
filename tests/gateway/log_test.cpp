#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

struct Log : test::door_world {
  void listen_from(const char* level) {
    say(print_json(jsonrpc::request(9, "logging/setLevel", {{"level", level}})));
    (void)heard();
  }

  /// The levels and statuses that the client is told of.
  std::string told(run_status status) {
    run.status = status;
    change(run);
    std::string all;
    for (const auto& each : heard())
      if (each["method"] == "notifications/message")
        all += each["params"]["level"].get<std::string>() + " " +
               each["params"]["data"]["status"].get<std::string>() + ";";
    return all;
  }

  run_brief run{.run_id = "r_1", .agent_name = "agent1"};
};

TEST_F(Log, TellsEachChangeOfStatusOnce) {
  open();
  listen_from("debug");

  EXPECT_EQ(told(run_status::running), "info running;");
  run.last_seq = 7;
  EXPECT_EQ(told(run_status::running), "");
  EXPECT_EQ(told(run_status::input_required), "notice input_required;");
  EXPECT_EQ(told(run_status::running), "info running;");
  EXPECT_EQ(told(run_status::failed), "error failed;");
  EXPECT_EQ(told(run_status::failed), "");
}

TEST_F(Log, TellsNothingSofterThanWhatTheClientWants) {
  open();
  listen_from("warning");

  EXPECT_EQ(told(run_status::running), "");
  EXPECT_EQ(told(run_status::completed), "");
  EXPECT_EQ(told(run_status::cancelled), "warning cancelled;");
}

TEST_F(Log, WatchesNoRunsForAClientThatWantsNoLog) {
  open();
  EXPECT_FALSE(script.watched.empty() ? false : script.watched.back().all);
  listen_from("info");

  ASSERT_FALSE(script.watched.empty());
  EXPECT_TRUE(script.watched.back().all);
}

TEST_F(Log, SaysWhichRunItIsAndWhatItDidLast) {
  open();
  listen_from("info");
  run.summary = "make";
  change(run);

  const auto said = answer();
  EXPECT_EQ(said["params"]["logger"], "runs");
  EXPECT_EQ(said["params"]["data"]["run_id"], "r_1");
  EXPECT_EQ(said["params"]["data"]["agent_name"], "agent1");
  EXPECT_EQ(said["params"]["data"]["summary"], "make");
}

} // namespace
} // namespace troupe::mcp
