#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Call : test::door_world {};

TEST_F(Call, NamesTheArgumentThatIsMissing) {
  open();
  call(1, "spawn_run", {{"prompt", "x"}});

  EXPECT_EQ(
    complaint(answer()),
    "spawn_run was not called: backend: required. Correct the arguments and call it "
    "again.");
  EXPECT_TRUE(script.spawned.empty());
}

TEST_F(Call, NamesTheNearestArgument) {
  open();
  call(1, "spawn_run", {{"backend", "claude_code"}, {"promt", "x"}});

  EXPECT_THAT(
    complaint(answer()), HasSubstr("promt: unknown field; did you mean prompt?"));
}

TEST_F(Call, NamesThePathOfAWrongType) {
  open();
  call(
    1,
    "spawn_run",
    {{"backend", "b"}, {"prompt", "x"}, {"limits", {{"idle_s", "long"}}}});

  EXPECT_THAT(
    complaint(answer()), HasSubstr("limits.idle_s: expected an integer, got string"));
}

TEST_F(Call, NamesTheNearestValue) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}, {"until", "terminated"}});

  EXPECT_THAT(complaint(answer()), HasSubstr("until: unknown value \"terminated\""));
}

TEST_F(Call, SaysTheSameWayWhatAnActorFindsWrong) {
  script.failure = error{errc::invalid_argument, "limit: must be 1 to 100, got 0"};
  open();
  call(1, "list_runs", {{"limit", 0}});

  EXPECT_EQ(
    complaint(answer()),
    "list_runs was not called: limit: must be 1 to 100, got 0. Correct the arguments "
    "and call it again.");
}

TEST_F(Call, TakesAbsentArgumentsAsNone) {
  open();
  say(
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_runs"}})");

  EXPECT_EQ(answer()["result"]["structuredContent"]["total"], 0);
  EXPECT_EQ(script.listed.at(0).what.limit, 20U);
}

TEST_F(Call, LeavesOutTheLastRunsOfAPageThatDoesNotFit) {
  run_brief row{.run_id = "r_0", .cwd = std::string(200, 'c')};
  row.summary = std::string(200, 's');
  script.page.total = 100;
  for (int i = 0; i < 100; ++i) {
    row.run_id = "r_" + std::to_string(i);
    script.page.runs.push_back(row);
  }
  open();
  call(1, "list_runs", {{"limit", 100}});

  const auto page = answer()["result"]["structuredContent"];
  const auto shown = page["runs"].size();
  EXPECT_LE(print_json(page).size(), answer_bytes_default);
  EXPECT_GT(print_json(page).size() + encode_text(row).size(), answer_bytes_default);
  EXPECT_EQ(script.listed.size(), 1U);
  EXPECT_EQ(page["next_cursor"], "r_" + std::to_string(shown - 1));
  EXPECT_EQ(page["runs"].back()["run_id"], page["next_cursor"]);
  EXPECT_EQ(page["total"], 100);
  EXPECT_FALSE(page.contains("truncated"));
}

TEST_F(Call, FindsRoomForTheCursorToo) {
  script.page.total = 60;
  script.page.runs.assign(60, {.run_id = std::string(28, 'r')});
  open();
  for (std::size_t bytes = 200; bytes < 264; ++bytes) {
    for (auto& row : script.page.runs)
      row.summary = std::string(bytes, 's');
    call(1, "list_runs", {{"limit", 60}});

    const auto page = answer()["result"]["structuredContent"];
    EXPECT_FALSE(page.contains("truncated")) << bytes;
    EXPECT_LE(print_json(page).size(), answer_bytes_default) << bytes;
    EXPECT_EQ(page.contains("next_cursor"), page["runs"].size() < 60) << bytes;
  }
}

TEST_F(Call, ShortensALongAnswerOfARun) {
  script.view.run_id = "r_1";
  script.view.result = run_result{.final_response = std::string(100'000, 'x')};
  open();
  call(1, "get_run", {{"run_id", "r_1"}});

  const auto view = answer()["result"]["structuredContent"];
  EXPECT_LE(print_json(view).size(), answer_bytes_default);
  EXPECT_EQ(view["truncated"]["/result/final_response"], 100'000);
}

TEST_F(Call, KeepsAPageOfEventsWithinItsOwnBudget) {
  for (int i = 1; i <= 100; ++i)
    script.events.events.push_back(
      {print_json({{"seq", i}, {"data", {{"text", std::string(500, 'x')}}}})});
  open();
  call(1, "poll_events", {{"run_id", "r_1"}, {"max_bytes", 4096}});
  const auto small = answer()["result"]["structuredContent"];
  call(2, "poll_events", {{"run_id", "r_1"}, {"max_bytes", 1'000'000}});
  const auto large = answer()["result"]["structuredContent"];

  EXPECT_LE(print_json(small).size(), 4096U);
  EXPECT_EQ(small["next_after_seq"], small["events"].size());
  EXPECT_EQ(large["events"].size(), 100U);
}

struct Verbs : test::door_world {
  void open_verbs() {
    join();
    say(R"({"version":1,"relay":"r","cwd":"/w","env":{},"toolsets":"verbs"})");
    say(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
    (void)heard();
  }
};

TEST_F(Verbs, StartARunOfClaude) {
  open_verbs();
  call(1, "start_claude_session", {{"prompt", "do it"}, {"model", "opus"}});

  const auto& asked_for = script.spawned.at(0).what;
  EXPECT_EQ(asked_for.backend, "claude_code");
  EXPECT_EQ(asked_for.prompt, "do it");
  EXPECT_EQ(asked_for.backend_config.text, R"({"model":"opus"})");
  EXPECT_EQ(
    answer()["result"]["structuredContent"],
    (json{{"session_id", "r_1"}, {"status", "queued"}}));
}

TEST_F(Verbs, ListRunsOfClaude) {
  script.page.total = 1;
  script.page.runs.push_back(
    {.run_id = "r_1", .status = run_status::running, .summary = "thinking"});
  open_verbs();
  call(1, "list_claude_sessions", json::object());

  EXPECT_EQ(script.listed.at(0).what.backend, "claude_code");
  EXPECT_EQ(
    answer()["result"]["structuredContent"],
    (json{
      {"sessions",
       {{{"session_id", "r_1"},
         {"status", "running"},
         {"started_at", "1970-01-01T00:00:00.000Z"},
         {"summary", "thinking"}}}},
      {"total", 1}}));
}

TEST_F(Verbs, ShowProgressAndTheLastLines) {
  script.view = {.run_id = "r_1", .status = run_status::running, .summary = "working"};
  script.view.last_seq = 150;
  script.events.events = {
    {R"({"seq":1,"type":"agent_message","data":{"text":"one\ntwo\n\nthree"}})"},
    {R"({"seq":2,"type":"status_changed","data":{"n":1}})"},
    {R"({"seq":3,"type":"command_started","data":{"command":"make"}})"}};
  open_verbs();
  call(1, "get_claude_session", {{"session_id", "r_1"}, {"tail_lines", 2}});

  EXPECT_EQ(script.polled.at(0).what.after_seq, 50U);
  EXPECT_EQ(script.polled.at(0).what.wait_ms, 0U);
  const auto view = answer()["result"]["structuredContent"];
  EXPECT_EQ(view["progress"], "working");
  EXPECT_EQ(view["output_tail"], (json{"three", "make"}));
  EXPECT_FALSE(view.contains("result"));
}

TEST_F(Verbs, RefuseATailThatIsTooLong) {
  open_verbs();
  call(1, "get_claude_session", {{"session_id", "r_1"}, {"tail_lines", 201}});

  EXPECT_THAT(complaint(answer()), HasSubstr("tail_lines: must be 0 to 200, got 201"));
}

TEST_F(Verbs, KillARun) {
  open_verbs();
  call(1, "kill_claude_session", {{"session_id", "r_1"}});

  EXPECT_EQ(script.cancelled.at(0).what.run_id, "r_1");
  EXPECT_EQ(
    answer()["result"]["structuredContent"],
    (json{{"session_id", "r_1"}, {"status", "cancelled"}, {"killed", true}}));
}

TEST_F(Verbs, PassErrorsOn) {
  script.failure = error{errc::not_found, "run r_9: no such run"};
  open_verbs();

  for (const auto* name : {"get_claude_session", "kill_claude_session"}) {
    call(1, name, {{"session_id", "r_9"}});
    EXPECT_EQ(complaint(answer()), "run r_9: no such run");
  }
}

TEST(CallLog, MasksWhatMayBeSecret) {
  const json input{
    {"prompt", "x"},
    {"env", {{"HOME", "/root"}}},
    {"headers", {{"Authorization", "Bearer abc"}, {"X", "y"}}},
    {"list", {{{"api_key", {"k1", "k2"}}}}},
    {"GITHUB_TOKEN", 7}};

  EXPECT_EQ(
    masked(input),
    (json{
      {"prompt", "x"},
      {"env", {{"HOME", "***"}}},
      {"headers", {{"Authorization", "***"}, {"X", "y"}}},
      {"list", {{{"api_key", {"***", "***"}}}}},
      {"GITHUB_TOKEN", "***"}}));
}

TEST(CallLog, WritesOneLineACall) {
  const call_entry entry{
    .client = 3,
    .client_name = "codex\nx",
    .tool = "get_run",
    .took = std::chrono::milliseconds(12),
    .outcome = "ok",
    .input = {{"run_id", "r_1"}, {"token", "t"}},
    .output = R"({"secret":"s","status":"queued"})"};

  EXPECT_EQ(
    log_line(entry),
    R"(call {"what":"get_run","client":3,"client_name":"codex x","outcome":"ok","took_ms":12,"input":"{\"run_id\":\"r_1\",\"token\":\"***\"}","output":"{\"secret\":\"***\",\"status\":\"queued\"}"})");
}

TEST(CallLog, TellsOnlyTheSizeOfALongOutput) {
  const call_entry entry{
    .tool = "x", .output = R"({"secret":")" + std::string(20'000, 's') + R"("})"};

  EXPECT_TRUE(log_line(entry).ends_with(R"x("output":"(20013 bytes)"})x"));
}

TEST(CallLog, BoundsALine) {
  const call_entry entry{
    .tool = "x",
    .input = {{"a", std::string(9000, 'a')}},
    .output = std::string(9000, 'b')};

  EXPECT_LT(log_line(entry).size(), 4200U);
}

} // namespace
} // namespace troupe::mcp
