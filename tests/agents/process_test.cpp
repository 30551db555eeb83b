#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const auto any_program = json::array({"worker"});

conversation talk(std::string_view mode) {
  return {"process", configured({{"command", any_program}, {"stdin", mode}})};
}

std::string refusal(const attempt_plan& plan) {
  const auto line = find_backend("process")->start(plan);
  return line ? "" : line.error().message;
}

TEST(Process, StartsTheCommandWithItsArguments) {
  const auto line = find_backend("process")->start(
    configured({{"command", {"sh", "-c"}}, {"args", {"echo hi"}}}));

  ASSERT_TRUE(line);
  EXPECT_THAT(line->argv, ElementsAre("sh", "-c", "echo hi"));
  EXPECT_TRUE(line->stdin_open);
  EXPECT_THAT(line->env, IsEmpty());
}

TEST(Process, StartsTheConfiguredCommandIfTheCallNamesNone) {
  auto plan = configured({{"stdin", "none"}});
  plan.command = {"lint"};

  const auto line = find_backend("process")->start(plan);

  ASSERT_TRUE(line);
  EXPECT_THAT(line->argv, ElementsAre("lint"));
  EXPECT_FALSE(line->stdin_open);
}

TEST(Process, SaysWhatIsWrongWithItsConfiguration) {
  EXPECT_EQ(
    refusal(configured({{"command", {"x"}}, {"stdn", "text"}})),
    "backend_config.stdn: unknown field; did you mean stdin?");
  EXPECT_THAT(
    refusal(configured({{"command", {"x"}}, {"stdin", "jsn"}})),
    HasSubstr("did you mean json?"));
  EXPECT_THAT(
    refusal(configured(json::object())), HasSubstr("backend_config.command: required"));
  EXPECT_THAT(refusal(configured({{"command", {""}}})), HasSubstr("names no program"));
  EXPECT_THAT(
    refusal(configured({{"command", {"x", std::string("a\0b", 3)}}})),
    HasSubstr("NUL byte"));
}

TEST(Process, WritesThePromptAsLinesAndCloses) {
  auto c = talk("text");

  const auto first = c.turn("fix\n\nthis\n");

  EXPECT_THAT(first.lines, ElementsAre("fix", "", "this"));
  EXPECT_TRUE(first.close_stdin);
  EXPECT_FALSE(c->takes_turns());
}

TEST(Process, RefusesASecondTurnInTextMode) {
  auto c = talk("text");
  c.turn("one");

  const auto second = c.turn("two");

  EXPECT_THAT(second.lines, IsEmpty());
  EXPECT_THAT(told(second), ElementsAre(HasSubstr("turn_refused")));
}

TEST(Process, WritesNothingWithoutStdin) {
  auto c = talk("none");

  const auto first = c.turn("ignored");

  EXPECT_THAT(first.lines, IsEmpty());
  EXPECT_FALSE(first.close_stdin);
  EXPECT_THAT(first.events, IsEmpty());
}

TEST(Process, TakesPlainLinesAsMessages) {
  auto c = talk("text");

  EXPECT_THAT(told(c.line("hello")), ElementsAre(R"(agent_message {"text":"hello"})"));
  EXPECT_THAT(
    told(c.line(R"({"progress":3})")),
    ElementsAre(R"(agent_message {"text":"{\"progress\":3}"})"));
  EXPECT_THAT(
    told(c.line("half", true)),
    ElementsAre(R"(agent_message {"text":"half","truncated":true})"));
  EXPECT_THAT(told(c.line("\xFF")), ElementsAre(HasSubstr("\"binary\":true")));
}

TEST(Process, TakesEventsByTheirType) {
  auto c = talk("text");

  EXPECT_THAT(
    told(c.line(R"({"type":"file_changed","path":"a","change":"create"})")),
    ElementsAre(R"(file_changed {"path":"a","change":"create"})"));
  EXPECT_THAT(
    told(c.line(R"({"type":"reasoning","data":{"text":"hm"},"extra":1})")),
    ElementsAre(R"(reasoning {"text":"hm"})"));
}

TEST(Process, CountsOpenTools) {
  auto c = talk("text");

  c.line(R"({"type":"tool_started","tool_use_id":"t1"})");
  c.line(R"({"type":"command_started","tool_use_id":"t2"})");
  EXPECT_EQ(c->open_tools(), 2);

  c.line(R"({"type":"tool_finished","tool_use_id":"t1"})");
  EXPECT_EQ(c->open_tools(), 1);
}

TEST(Process, NumbersItsToolsAndTellsTheOldest) {
  auto c = talk("text");
  EXPECT_EQ(c->oldest_tool(), 0u);
  c.line(R"({"type":"tool_started","tool_use_id":"z"})");
  c.line(R"({"type":"tool_started","tool_use_id":"a"})");
  EXPECT_EQ(c->oldest_tool(), 1u);
  c.line(R"({"type":"tool_finished","tool_use_id":"z"})");
  EXPECT_EQ(c->oldest_tool(), 2u);
  c.line(R"({"type":"tool_finished","tool_use_id":"a"})");
  c.line(R"({"type":"tool_started","tool_use_id":"a"})");
  EXPECT_EQ(c->oldest_tool(), 3u);
}

TEST(Process, HearsANudgeWhileATurnRuns) {
  auto c = talk("json");
  EXPECT_FALSE(c->takes_nudges());
  c.turn("go");
  ASSERT_TRUE(c->takes_nudges());
  EXPECT_THAT(
    c.say(input_kind::nudge, {{"text", "alive?"}}).lines,
    ElementsAre(R"({"type":"nudge","text":"alive?"})"));
  c.line(R"({"type":"run_completed"})");
  EXPECT_FALSE(c->takes_nudges());
  auto deaf = talk("text");
  deaf.turn("go");
  EXPECT_FALSE(deaf->takes_nudges());
  EXPECT_THAT(deaf.say(input_kind::nudge, {{"text", "alive?"}}).lines, IsEmpty());
}

TEST(Process, TellsWhatItHasSpent) {
  auto c = talk("json");
  c.turn("go");
  EXPECT_EQ(c->usage(), attempt_usage{.turns = 1})
    << "a turn is one unless it says more";
  EXPECT_THAT(
    told(c.line(
      R"({"type":"usage","turns":4,"usage":{"input_tokens":7},"cost_usd":0.5})")),
    IsEmpty());
  EXPECT_EQ(c->usage(), (attempt_usage{4, {7, 0, 0}, 0.5}));
  c.line(R"({"type":"run_completed","usage":{"input_tokens":9,"output_tokens":2}})");
  EXPECT_EQ(c->usage(), (attempt_usage{4, {9, 2, 0}, 0.5}));
}

TEST(Process, WarnsOfAUsageThatIsNone) {
  auto c = talk("json");
  EXPECT_THAT(
    told(c.line(R"({"type":"usage","turns":-1})")),
    ElementsAre(HasSubstr("malformed")));
  EXPECT_EQ(c->usage(), attempt_usage{});
}

TEST(Process, RemembersItsSession) {
  auto c = talk("text");

  const auto said = c.line(R"({"type":"session","session_id":"s7"})");

  EXPECT_THAT(said.events, IsEmpty());
  EXPECT_EQ(c->session(), "s7");
}

TEST(Process, EndsATurnWithItsResult) {
  auto c = talk("text");
  c.turn("go");

  const auto end = c.line(
    R"({"type":"run_completed","final_response":"ok","structured_output":{"n":1},)"
    R"("usage":{"input_tokens":2},"cost_usd":0.5})");

  ASSERT_TRUE(end.ended);
  EXPECT_THAT(end.events, IsEmpty());
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.final_response, "ok");
  EXPECT_EQ(end.ended->result.structured_output, raw_json{R"({"n":1})"});
  EXPECT_EQ(end.ended->result.usage, token_usage{.input_tokens = 2});
  EXPECT_EQ(end.ended->result.cost_usd, 0.5);
  EXPECT_EQ(c->ended({.code = 1}).reason, exit_kind::completed);
}

TEST(Process, WarnsAboutAResultItCannotRead) {
  auto c = talk("text");
  c.line("the answer");

  const auto end = c.line(R"({"type":"run_completed","final_response":5})");

  ASSERT_TRUE(end.ended);
  EXPECT_THAT(
    told(end), ElementsAre(HasSubstr("final_response: expected a string, got number")));
  EXPECT_EQ(end.ended->result.final_response, "the answer");
}

TEST(Process, FailsAsItSays) {
  auto c = talk("text");

  const auto end = c.line(R"({"type":"run_failed","error":"no disk"})");

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason, (exit_reason{exit_kind::agent_error, "no disk"}));
}

TEST(Process, JudgesTheEndByTheExitCodeWithoutAResult) {
  auto c = talk("text");
  c.line("working");
  c.line("all done");

  EXPECT_EQ(c->ended({.code = 0}).reason, exit_kind::completed);
  EXPECT_EQ(c->outcome().final_response, "working\nall done");
  const auto crashed = c->ended({.code = 3, .stderr_tail = "x\nboom\n"});
  EXPECT_EQ(crashed.reason, exit_kind::crashed);
  EXPECT_EQ(crashed.detail, "boom");
  EXPECT_EQ(crashed.code, 3);
  EXPECT_EQ(c->ended({.signal = 9}).signal, 9);
  EXPECT_EQ(c->ended({}).reason, exit_kind::lost);
}

TEST(Process, KeepsOnlyTheLastWords) {
  auto c = talk("text");
  for (int i = 0; i < 1000; ++i)
    c.line("\xC3\xA9\xC3\xA9 line " + std::to_string(i));

  const auto words = c->outcome().final_response.value_or("");

  EXPECT_LE(words.size(), 4096u);
  EXPECT_GE(words.size(), 4090u);
  EXPECT_TRUE(words.ends_with("line 999"));
  EXPECT_TRUE(is_utf8(words));
}

TEST(Process, SpeaksJsonInBothDirections) {
  auto c = talk("json");

  EXPECT_THAT(c.turn("go").lines, ElementsAre(R"({"type":"turn","text":"go"})"));
  EXPECT_THAT(
    c.say(input_kind::interrupt).lines, ElementsAre(R"({"type":"interrupt"})"));
  const auto closed = c.say(input_kind::close);
  EXPECT_TRUE(closed.close_stdin);
  EXPECT_THAT(closed.lines, IsEmpty());
}

TEST(Process, WaitsForAnAnswer) {
  auto c = talk("json");
  c.turn("go");

  const auto asked = c.line(R"({"type":"input_required","title":"Which colour?"})");
  ASSERT_EQ(c->pending().size(), 1u);
  EXPECT_EQ(c->pending().front().request_id, "q1");
  EXPECT_EQ(c->pending().front().kind, "question");
  EXPECT_THAT(told(asked), ElementsAre(HasSubstr("\"request_id\":\"q1\"")));

  const auto answered = c.answer({.decision = "answer", .message = "blue"});
  EXPECT_THAT(
    answered.lines,
    ElementsAre(
      R"({"type":"answer","request_id":"q1","decision":"answer","message":"blue"})"));
  EXPECT_THAT(c->pending(), IsEmpty());
}

TEST(Process, NumbersOnlyRequestsWithoutAnId) {
  auto c = talk("json");

  c.line(R"({"type":"input_required","request_id":"mine"})");
  c.line(R"({"type":"auth_required"})");
  c.line(R"({"type":"input_required"})");

  ASSERT_EQ(c->pending().size(), 3u);
  EXPECT_EQ(c->pending()[0].request_id, "mine");
  EXPECT_EQ(c->pending()[1].request_id, "q1");
  EXPECT_EQ(c->pending()[1].kind, "auth");
  EXPECT_EQ(c->pending()[2].request_id, "q2");
}

TEST(Process, WithdrawsARequest) {
  auto c = talk("json");
  c.line(R"({"type":"input_required"})");

  const auto gone = c.line(R"({"type":"request_withdrawn","request_id":"q1"})");

  EXPECT_THAT(c->pending(), IsEmpty());
  EXPECT_THAT(told(gone), ElementsAre(HasSubstr("request_withdrawn")));
}

TEST(Process, TellsHowEveryRequestWasSettled) {
  auto c = talk("json");
  c.turn("go");
  for (const auto* id : {"a", "b", "c"})
    c.print({{"type", "input_required"}, {"request_id", id}, {"title", "May I?"}});

  EXPECT_THAT(
    told(c.answer({.request_id = "b", .decision = "allow", .message = "yes"})),
    ElementsAre(R"(message_added {"request_id":"b","decision":"allow",)"
                R"("message":"yes","role":"user","title":"May I?"})"));
  EXPECT_THAT(
    told(c.line(R"({"type":"request_withdrawn","request_id":"a"})")),
    ElementsAre(HasSubstr(R"("request_id":"a","title":"May I?","why":"the agent)")));
  EXPECT_THAT(
    told(c.over()), ElementsAre(HasSubstr(R"("request_id":"c","title":"May I?")")));
  EXPECT_THAT(
    told(c.line(R"({"type":"run_completed"})")),
    testing::Contains(HasSubstr(R"("why":"the turn has ended")")));
}

TEST(Process, HoldsABoundedNumberOfRequests) {
  auto c = talk("json");
  step last;
  for (int i = 0; i < 65; ++i)
    last = c.line(R"({"type":"input_required"})");

  EXPECT_EQ(c->pending().size(), 64u);
  EXPECT_THAT(told(last), testing::Contains(HasSubstr("request_refused")));
}

TEST(Process, OnlyTellsOfRequestsThatNobodyCanAnswer) {
  auto c = talk("text");

  const auto asked = c.line(R"({"type":"input_required","title":"?"})");

  EXPECT_EQ(asked.events.size(), 1u);
  EXPECT_THAT(c->pending(), IsEmpty());
}

TEST(Process, SendsOneTurnAtATime) {
  auto c = talk("json");
  c.turn("one");

  EXPECT_THAT(c.turn("two").lines, IsEmpty());
  const auto first = c.line(R"({"type":"run_completed","final_response":"1"})");
  EXPECT_FALSE(first.ended);
  EXPECT_THAT(first.lines, ElementsAre(R"({"type":"turn","text":"two"})"));

  const auto second = c.line(R"({"type":"run_completed","final_response":"2"})");
  ASSERT_TRUE(second.ended);
  EXPECT_EQ(second.ended->result.final_response, "2");
  EXPECT_TRUE(c->takes_turns());
}

TEST(Process, ForgetsTheLastResultWhenTheNextTurnStarts) {
  auto c = talk("json");
  c.turn("one");
  c.line(R"({"type":"run_completed"})");

  c.turn("two");

  EXPECT_EQ(c->ended({.signal = 9}).reason, exit_kind::crashed);
}

TEST(Process, HoldsAPermissionThatNamesAToolAgainstThePatterns) {
  auto plan = configured({{"command", any_program}, {"stdin", "json"}});
  plan.permissions = {.allow = {"Read(/src/*)"}, .ask = {}, .deny = {"Bash(rm *)"}};
  conversation c("process", plan);
  c.turn("go");
  const auto asked = [&](const json& more) {
    json line{{"type", "input_required"}, {"kind", "permission"}};
    line.update(more);
    return c.print(line);
  };

  const auto allowed = asked({{"tool", "Read"}, {"subject", "/src/a"}});
  const auto denied = asked({{"tool", "Bash"}, {"subject", "rm -rf /"}});
  const auto open = asked({{"tool", "Read"}, {"subject", "/etc/passwd"}});
  const auto nameless = asked({{"title", "May I?"}});

  EXPECT_THAT(
    allowed.lines,
    ElementsAre(R"({"type":"answer","request_id":"q1","decision":"allow"})"));
  EXPECT_THAT(told(allowed), ElementsAre(HasSubstr(R"("role":"policy")")));
  EXPECT_THAT(denied.lines, ElementsAre(HasSubstr(R"("decision":"deny")")));
  EXPECT_THAT(open.lines, IsEmpty());
  EXPECT_THAT(nameless.lines, IsEmpty());
  ASSERT_EQ(c->pending().size(), 2u);
  EXPECT_EQ(c->pending()[0].detail.text, R"({"tool":"Read","subject":"/etc/passwd"})");
}

} // namespace

} // namespace troupe::agents
