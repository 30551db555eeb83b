#include "cli/render.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

constexpr std::int64_t noon_ms = 1'763'640'000'000; // 2025-11-20T12:00:00Z

look at_noon(std::size_t columns = 80) {
  return {.columns = columns, .now_ms = noon_ms};
}

json event(const char* type, json data) {
  return {
    {"seq", 1},
    {"ts", "2025-11-20T11:59:58.000Z"},
    {"type", type},
    {"data", std::move(data)}};
}

run_brief brief(std::string id, std::string name, std::string summary) {
  run_brief run;
  run.run_id = std::move(id);
  run.agent_name = std::move(name);
  run.backend = "claude_code";
  run.status = run_status::running;
  run.phase = run_phase::working;
  run.summary = std::move(summary);
  run.created_at = {noon_ms - 300'000};
  return run;
}

} // namespace

TEST(Printable, LetsNoControlCharacterThrough) {
  EXPECT_EQ(printable("a\x1b[2Jb"), "a\\x1b[2Jb");
  EXPECT_EQ(printable("\a\x7f"), "\\x07\\x7f");
  EXPECT_EQ(printable("\xc2\x9b"), "\\x9b") << "C1 is a control sequence too";
  EXPECT_EQ(printable("\xe2\x80\xae"), "\\u202e");
  EXPECT_EQ(printable(std::string("\0", 1)), "\\x00");
  EXPECT_EQ(printable("over\rwritten"), "over\\x0dwritten");
}

TEST(Printable, KeepsNewlinesOnlyWhereTheyAreWanted) {
  EXPECT_EQ(printable("a\r\nb\tc"), "a b c");
  EXPECT_EQ(printable("a\r\nb", true), "a\nb");
}

TEST(Printable, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(printable("a\xff\xc3"), "a\uFFFD\uFFFD");
}

TEST(Columns, CountsWideAndCombiningCharacters) {
  EXPECT_EQ(columns_of("abc"), 3u);
  EXPECT_EQ(columns_of("é"), 1u);
  EXPECT_EQ(columns_of("e\u0301"), 1u);
  EXPECT_EQ(columns_of("漢字"), 4u);
  EXPECT_EQ(columns_of("🎭"), 2u);
}

TEST(Columns, CutsWholeCharactersToAWidth) {
  EXPECT_EQ(cut_to("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to("abcdef", 5), "abcd…");
  EXPECT_EQ(cut_to("漢字漢", 5), "漢字…");
  EXPECT_EQ(cut_to("漢字漢", 4), "漢…");
  EXPECT_EQ(cut_to("ééé", 2), "é…");
  EXPECT_EQ(cut_to("abc", 0), "");
}

TEST(Age, IsOneNumberWithItsUnit) {
  EXPECT_EQ(age(-5), "0s");
  EXPECT_EQ(age(59'999), "59s");
  EXPECT_EQ(age(60'000), "1m");
  EXPECT_EQ(age(3'600'000), "1h");
  EXPECT_EQ(age(47LL * 3'600'000), "47h");
  EXPECT_EQ(age(49LL * 3'600'000), "2d");
}

TEST(ShortIds, AreLongEnoughToTellThemApart) {
  const auto shorts = short_ids(
    {"r_01KAGQ2Z3T0000000000000000",
     "r_01KAGQ2Z3T00AA000000000000",
     "r_01KBBBBBBB0000000000000000"});
  EXPECT_EQ(shorts[0], "r_01KAGQ2Z3T000");
  EXPECT_EQ(shorts[1], "r_01KAGQ2Z3T00A");
  EXPECT_EQ(shorts[2], "r_01KBBBBBBB00");
}

TEST(RunsTable, FitsTheTerminal) {
  const std::vector<run_brief> runs{
    brief("r_01KAGQ2Z3T0000000000000000", "builder", std::string(200, 'x')),
    brief("r_01KAGQ2Z3V0000000000000000", "漢字\x1b[31m", "short")};
  EXPECT_EQ(
    render_runs(runs, at_noon(77)),
    "RUN             NAME          BACKEND      STATUS   AGE  RESTARTS  SUMMARY\n"
    "r_01KAGQ2Z3T00  builder       claude_code  working  5m   0         xxxxxxxxx…\n"
    "r_01KAGQ2Z3V00  漢字\\x1b[31m  claude_code  working  5m   0         short\n");
  EXPECT_EQ(
    render_runs(runs, at_noon(60)),
    "RUN             NAME   BACKE…  STATUS  AGE  RESTA…  SUMMARY\n"
    "r_01KAGQ2Z3T00  buil…  claud…  worki…  5m   0       xxxxxxx…\n"
    "r_01KAGQ2Z3V00  漢字…  claud…  worki…  5m   0       short\n");
}

TEST(RunsTable, ColoursOnlyWhenAsked) {
  const std::vector<run_brief> runs{brief("r_01KAGQ2Z3T0000000000000000", "a", "s")};
  EXPECT_EQ(render_runs(runs, at_noon()).find('\x1b'), std::string::npos);
  auto as = at_noon();
  as.colour = true;
  EXPECT_NE(render_runs(runs, as).find("\x1b[36mworking\x1b[0m"), std::string::npos);
}

TEST(RunPage, ShowsTheAnswerAndWhyAnAttemptEnded) {
  run_view run;
  run.run_id = "r_1";
  run.phase = run_phase::completed;
  run.status = run_status::completed;
  run.created_at = {noon_ms - 2 * 86'400'000};
  run.result = run_result{.final_response = "done\nall", .cost_usd = 0.5};
  run.attempts = {
    {.n = 1,
     .exit = exit_reason{exit_kind::crashed, "oh", {}, 9, {}},
     .started_at = {noon_ms - 60'000},
     .ended_at = timestamp{noon_ms},
     .proof = "cgroup"}};
  const auto text = render_run(run, at_noon());
  EXPECT_NE(
    text.find("attempt   1  11:59:00 for 1m  crashed, signal 9: oh  gone, known by "
              "cgroup\n"),
    std::string::npos)
    << text;
  EXPECT_NE(text.find("created   2025-11-18 12:00:00\n"), std::string::npos) << text;
  EXPECT_NE(text.find("usage     $0.5000\n"), std::string::npos) << text;
  EXPECT_TRUE(text.ends_with("\ndone\nall\n")) << text;
}

TEST(RunPage, SaysHowToAnswer) {
  run_view run;
  run.run_id = "r_1";
  run.pending = {{"q", "permission", "Bash: rm -r x", {}, {"allow", "deny"}}};
  const auto text = render_run(run, at_noon());
  EXPECT_NE(
    text.find("waits for: Bash: rm -r x\n  troupe answer r_1 allow\n"), text.npos);
}

struct event_row {
  json event;
  std::string text;
};

class event_lines : public ::testing::TestWithParam<event_row> {};

TEST_P(event_lines, AreForPeople) {
  EXPECT_EQ(render_event(GetParam().event, at_noon(40)), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
  Each,
  event_lines,
  ::testing::Values(
    event_row{
      event("agent_message", {{"text", "one\ntwo \x1b[0m"}}),
      "11:59:58 ● one\n           two \\x1b[0m\n"},
    event_row{
      event(
        "command_started", {{"command", "make -j2 all and very much more besides"}}),
      "11:59:58 $ make -j2 all and very much m…\n"},
    event_row{
      event(
        "command_finished",
        {{"command", "make"}, {"exit_code", 2}, {"output", "a\nb\n"}}),
      "11:59:58 ✗ make (exit code 2)\n           a\n           b\n"},
    event_row{
      event("tool_finished", {{"tool", "Read"}, {"is_error", false}}),
      "11:59:58 ✓ Read\n"},
    event_row{
      event("tool_started", {{"tool", "Read"}, {"input", {{"p", 1}}}}),
      "11:59:58 → Read {\"p\":1}\n"},
    event_row{
      event(
        "todo_updated",
        {{"todos", {{{"content", "x"}, {"status", "completed"}}, {{"content", "y"}}}}}),
      "11:59:58 ☰ to do\n           [x] x\n           [ ] y\n"},
    event_row{
      event("message_added", {{"role", "user"}, {"text", "and then"}, {"waits", true}}),
      "11:59:58 › and then\n           (waits)\n"},
    event_row{
      event(
        "message_added",
        {{"role", "policy"}, {"decision", "allow"}, {"title", "Bash: make"}}),
      "11:59:58 › allowed by policy: Bash: make\n"},
    event_row{
      event(
        "message_added",
        {{"role", "user"},
         {"decision", "deny"},
         {"title", "Bash: make"},
         {"message", "not now"}}),
      "11:59:58 › denied: Bash: make\n           not now\n"},
    event_row{
      event("warning", {{"kind", "api_error"}, {"message", "busy"}}),
      "11:59:58 ! api_error: busy\n"},
    event_row{
      event("warning", {{"kind", "retry"}, {"attempt", 1}, {"status", 529}}),
      "11:59:58 ! retry: attempt 1, status 529\n"},
    event_row{
      event("run_started", {{"agent_name", "agent1"}, {"prompt", "one\ntwo"}}),
      "11:59:58 ▶ started agent1\n           one\n           two\n"},
    event_row{
      event(
        "status_changed",
        {{"phase", "starting"}, {"attempt", 2}, {"cause", "after oom"}}),
      "11:59:58 · starting (attempt 2): after …\n"},
    event_row{event("status_changed", {{"phase", "completed"}, {"attempt", 1}}), ""},
    event_row{event("run_failed", {{"error", "no"}}), "11:59:58 ■ failed: no\n"},
    event_row{event("agent_message", json::object()), ""},
    event_row{json{{"type", "unheard_of"}}, ""}));

TEST(EventLines, ShowTheEndOfALongOutput) {
  std::string output;
  for (int i = 1; i <= 30; ++i)
    output += std::to_string(i) + "\n";
  const auto text = render_event(
    event("command_finished", {{"command", "seq 30"}, {"output", output}}), at_noon());
  EXPECT_NE(text.find("… 18 more lines above\n           19\n"), std::string::npos)
    << text;
  EXPECT_TRUE(text.ends_with(" 30\n"));
}

TEST(ToolsTable, NamesWhatEachToolNeeds) {
  const json listed{
    {"tools",
     {{{"name", "spawn_run"},
       {"description", "Starts an agent."},
       {"inputSchema", {{"required", {"backend", "prompt"}}}}}}}};
  EXPECT_EQ(
    render_tools(listed, at_noon()),
    "TOOL       ARGUMENTS        DESCRIPTION\n"
    "spawn_run  backend, prompt  Starts an agent.\n");
}

} // namespace troupe::cli
