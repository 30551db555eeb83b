#include "tests/gateway/door.hpp"

#include "gateway/tasks.hpp"

#include <gmock/gmock.h>

namespace troupe::mcp {
namespace {

using ::testing::HasSubstr;

/// Clients of MCP 2026-07-28 that wait for runs.
struct Tasks : test::door_world {
  void SetUp() override {
    join();
    say(hello_line);
    script.waited = {
      .satisfied = false,
      .runs =
        {{.run_id = "r_1", .status = run_status::running, .summary = "runs make"}},
      .still_waiting = {"r_1"}};
  }

  static json meta(bool has_tasks) {
    auto capabilities = json::object();
    if (has_tasks)
      capabilities["extensions"]["io.modelcontextprotocol/tasks"] = json::object();
    return {
      {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
      {"io.modelcontextprotocol/clientCapabilities", capabilities}};
  }

  json ask(std::string_view method, json params, bool has_tasks = true) {
    params["_meta"] = meta(has_tasks);
    say(print_json(jsonrpc::request(++last_id_, method, std::move(params))));
    release();
    return answer();
  }
  json wait() {
    return ask(
      "tools/call",
      {{"name", "wait_runs"}, {"arguments", {{"run_ids", {"r_1"}}, {"mode", "any"}}}});
  }
  json look_at(const json& task) { return ask("tasks/get", {{"taskId", task}}); }

private:
  int last_id_ = 0;
};

TEST_F(Tasks, ArisesFromAWaitThatIsNotSettled) {
  const auto task = wait()["result"];

  EXPECT_EQ(task["resultType"], "task");
  EXPECT_EQ(task["status"], "working");
  EXPECT_EQ(task["statusMessage"], "waits for 1 of 1 runs: r_1 (running: runs make)");
  EXPECT_EQ(task["createdAt"], to_string(outside.wall()));
  EXPECT_EQ(task["ttlMs"], json());
  EXPECT_EQ(task["pollIntervalMs"], task_poll_ms);
  EXPECT_FALSE(task.contains("content"));
}

TEST_F(Tasks, SaysWhatItWaitsForUntilItHasItsResult) {
  const auto task = wait()["result"];
  advance(std::chrono::seconds(5));
  const auto early = look_at(task["taskId"])["result"];
  script.waited.satisfied = true;
  script.waited.still_waiting.clear();
  const auto late = look_at(task["taskId"])["result"];

  EXPECT_EQ(early["resultType"], "complete");
  EXPECT_EQ(early["status"], "working");
  EXPECT_EQ(early["createdAt"], task["createdAt"]);
  EXPECT_EQ(early["lastUpdatedAt"], to_string(outside.wall()));
  EXPECT_FALSE(early.contains("result"));
  EXPECT_EQ(late["status"], "completed");
  EXPECT_EQ(late["taskId"], task["taskId"]);
  EXPECT_EQ(late["result"]["structuredContent"]["satisfied"], true);
  EXPECT_EQ(late["result"]["resultType"], "complete");
}

TEST_F(Tasks, IsKnownToADaemonThatHasNotMadeIt) {
  const auto task = wait()["result"]["taskId"];

  const auto found = read_task(task.get<std::string>(), *listed("runs"));

  ASSERT_TRUE(found);
  EXPECT_EQ(found->which->info.name, "wait_runs");
  EXPECT_EQ(found->arguments, (json{{"run_ids", {"r_1"}}, {"mode", "any"}}));
  EXPECT_EQ(found->since, outside.wall());
  EXPECT_FALSE(read_task(task.get<std::string>(), *listed("verbs")));
}

TEST_F(Tasks, IsNotSettledByADaemonThatIsBusy) {
  const auto task = wait()["result"]["taskId"];
  script.failure = error{errc::busy, "too much to do"};
  const auto busy = look_at(task)["result"];
  script.failure = error{errc::not_found, "run r_1: no such run"};
  const auto gone = look_at(task)["result"];

  EXPECT_EQ(busy["status"], "working");
  EXPECT_EQ(busy["statusMessage"], "too much to do");
  EXPECT_EQ(gone["status"], "completed");
  EXPECT_EQ(gone["result"]["isError"], true);
  EXPECT_EQ(gone["result"]["content"][0]["text"], "run r_1: no such run");
}

TEST_F(Tasks, IsNoneWhereTheCallCannotBeMade) {
  script.failure = error{errc::not_found, "run r_1: no such run"};
  const auto refused = wait()["result"];

  EXPECT_EQ(refused["resultType"], "complete");
  EXPECT_EQ(refused["isError"], true);
}

TEST_F(Tasks, IsLeftWithAnEmptyAnswer) {
  const auto task = wait()["result"]["taskId"];

  for (const auto* method : {"tasks/cancel", "tasks/update"}) {
    const auto left = ask(method, {{"taskId", task}})["result"];
    EXPECT_EQ(left["resultType"], "complete");
    EXPECT_EQ(left.size(), 2U) << left;
  }
}

TEST_F(Tasks, IsNotForAClientThatDoesNotKnowOfThem) {
  json params{{"name", "wait_runs"}, {"arguments", {{"run_ids", {"r_1"}}}}};
  params["_meta"] = meta(false);
  say(print_json(jsonrpc::request(1, "tools/call", params)));
  EXPECT_TRUE(heard().empty());

  release();

  EXPECT_EQ(answer()["result"]["structuredContent"]["satisfied"], false);
}

TEST_F(Tasks, RefusesIdsThatNoToolHasGiven) {
  const auto good = wait()["result"]["taskId"].get<std::string>();
  const std::vector<json> all{
    "",
    "5",
    "zz",
    7,
    json(),
    good.substr(1),
    good + '!',
    good + "!mode",
    good + "!mode=",
    good + "!mode=any,all",
    good + "!run_ids:r_1,,r_2",
    std::string(task_id_max + 2, '0'),
    "wait_runs",
    "wait_runs!",
    "wait_runs!?",
    "wait_runs!5 ",
    "spawn_run!5",
    "!5"};
  for (const auto& id : all) {
    const auto refused = look_at(id);
    ASSERT_TRUE(refused.contains("error")) << id << refused;
    EXPECT_EQ(refused["error"]["code"], jsonrpc::invalid_params) << id;
    EXPECT_THAT(refused["error"]["message"].get<std::string>(), HasSubstr("taskId"));
  }
}

TEST_F(Tasks, HasAnIdThatClaudeCodeTakesForThreeRuns) {
  const json runs{
    "r_01M8GGH5C9CMMKBWQSDW1EYGSQ",
    "r_01M8GGH5C9CMMKBWQSDW1EYGSR",
    "r_01M8GGH5C9CMMKBWQSDW1EYGSS"};
  const json arguments{{"run_ids", runs}, {"until", "terminal"}};
  const auto begun =
    ask("tools/call", {{"name", "wait_runs"}, {"arguments", arguments}})["result"];
  ASSERT_EQ(begun["resultType"], "task");

  const auto id = begun["taskId"].get<std::string>();
  const auto found = read_task(id, *listed("runs"));

  EXPECT_LE(id.size(), 128U) << id;
  EXPECT_TRUE(std::ranges::all_of(id, [](char c) { return c > ' ' && c <= '~'; }))
    << id;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->arguments, arguments);
}

TEST_F(Tasks, AreOnlyThoseOfIdsThatCanBeGiven) {
  const auto list = listed("runs");
  for (const auto* id :
       {"",
        "wait_runs",
        "wait_runs!",
        "wait_runs!-1y2p0ij32e8e8!run_ids:r_1",
        "wait_runs!zzzzzzzzzzzzzz!run_ids:r_1",
        "wait_runs!0!run_ids",
        "wait_runs!0!run_ids:",
        "wait_runs!0!mode=any,all",
        "wait_runs!0!run_ids:a b",
        "cancel_run!0!run_id=r_1"})
    EXPECT_FALSE(read_task(id, *list)) << id;
  EXPECT_TRUE(read_task("wait_runs!0!run_ids:r_1", *list));
}

TEST_F(Tasks, IsAnOrdinaryWaitWhereItsIdCannotSayWhatWasAsked) {
  for (const auto* who : {"two words", "a,b", "a!b", "\u00e4", ""}) {
    const auto answered = ask(
      "tools/call",
      {{"name", "wait_runs"}, {"arguments", {{"run_ids", {who}}}}})["result"];

    EXPECT_EQ(answered["resultType"], "complete") << who;
  }
}

TEST_F(Tasks, IsAnOrdinaryWaitWhereItsIdWouldBeTooLong) {
  json runs = json::array();
  for (int n = 0; n < 100; ++n)
    runs.push_back(std::string(60, 'r'));

  const auto answered = ask(
    "tools/call",
    {{"name", "wait_runs"}, {"arguments", {{"run_ids", runs}}}})["result"];

  EXPECT_EQ(answered["resultType"], "complete");
  EXPECT_EQ(answered["structuredContent"]["satisfied"], false);
}

} // namespace
} // namespace troupe::mcp
