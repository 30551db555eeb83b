#include "claude/talk.hpp"

namespace troupe::agents::claude {

namespace {

TEST_F(ClaudeCode, AnswersATurn) {
  const auto first = c_.turn("go");
  EXPECT_THAT(first.lines, ElementsAre(prompt("go")));
  EXPECT_THAT(told(first), IsEmpty()) << "the run tells its prompt";

  const auto end = c_.print(good("done"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.final_response, "done");
}

TEST_F(ClaudeCode, TakesTurnsUntilItCloses) {
  c_.turn("one");
  EXPECT_TRUE(c_->takes_turns()) << "while one runs";
  c_.print(good("1"));
  EXPECT_TRUE(c_->takes_turns()) << "and after it";

  c_.say(input_kind::close);

  EXPECT_FALSE(c_->takes_turns());
}

TEST_F(ClaudeCode, HearsANudgeBesideItsTurnWhichKeepsItsAnswer) {
  EXPECT_FALSE(c_->takes_nudges()) << "no turn runs";
  c_.turn("go");
  ASSERT_TRUE(c_->takes_nudges());

  const auto nudged = c_.say(input_kind::nudge, {{"text", "still there?"}});
  EXPECT_THAT(nudged.lines, ElementsAre(prompt("still there?")));
  const auto end = c_.print(good("done"));
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "done");

  c_.line(init);
  const auto own = c_.print(good("yes, I am"));
  EXPECT_FALSE(own.ended) << "the turn that the nudge became";
  EXPECT_EQ(c_->outcome().final_response, "done");
}

TEST_F(ClaudeCode, IsNotNudgedWhileAnotherTurnWaits) {
  c_.turn("one");
  c_.turn("two");
  EXPECT_FALSE(c_->takes_nudges());
}

TEST_F(ClaudeCode, NamesItsSessionOnceThereIsSomethingToResume) {
  c_.turn("go");
  c_.line(init);
  EXPECT_EQ(c_->session(), std::nullopt);

  c_.line(hello);
  EXPECT_EQ(c_->session(), "s1");
}

TEST_F(ClaudeCode, KeepsTheSessionItResumesUntilItTurnsOutUnknown) {
  conversation c("claude_code", {.session = "old", .resume = true});
  EXPECT_EQ(c->session(), "old");

  c.turn("go");
  c.print(
    {{"type", "result"},
     {"subtype", "error_during_execution"},
     {"is_error", true},
     {"errors", {"No conversation found with session ID: old"}}});

  EXPECT_EQ(c->session(), std::nullopt);
  EXPECT_EQ(c->ended({.code = 1}).reason, exit_kind::protocol_error);
}

TEST_F(ClaudeCode, GoesOnAfterAnInterrupt) {
  c_.turn("one");
  EXPECT_THAT(
    c_.say(input_kind::interrupt).lines, ElementsAre(HasSubstr("\"interrupt\"")));

  const auto end = c_.print(
    {{"type", "result"}, {"subtype", "error_during_execution"}, {"is_error", true}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason, (exit_reason{exit_kind::agent_error, "interrupted"}));
  EXPECT_THAT(c_.turn("two").lines, ElementsAre(prompt("two")));
}

TEST_F(ClaudeCode, TakesAnIdleInterruptForNoTurn) {
  c_.turn("one");
  c_.print(good("1"));
  c_.say(input_kind::interrupt);
  c_.turn("two");

  const auto end = c_.print(
    {{"type", "result"},
     {"subtype", "error_during_execution"},
     {"is_error", true},
     {"errors", {"broken"}}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.detail, "broken");
}

TEST_F(ClaudeCode, HoldsTheAnswerUntilTheReactionToABackgroundTask) {
  c_.turn("go");
  c_.line(init);
  background(true);
  EXPECT_FALSE(c_.print(good("started")).ended);
  EXPECT_EQ(c_->outcome().final_response, "started");

  EXPECT_FALSE(notify("completed").ended);
  background(false);
  c_.line(init);
  const auto end = c_.print(reaction("looked at it"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "started");
}

TEST_F(ClaudeCode, WaitsForNoReactionToATaskThatWasStopped) {
  c_.turn("go");
  background(true);
  c_.print(good("started"));

  const auto end = notify("stopped");

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "started");
}

TEST_F(ClaudeCode, DoesNotHoldAFailure) {
  c_.turn("go");
  background(true);

  const auto end =
    c_.print({{"type", "result"}, {"subtype", "error_max_turns"}, {"is_error", true}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::budget);
}

TEST_F(ClaudeCode, TakesATurnWhileABackgroundTaskRuns) {
  c_.turn("go");
  background(true);
  c_.print(good("started"));
  EXPECT_TRUE(c_->takes_turns());

  EXPECT_THAT(c_.turn("and?").lines, ElementsAre(prompt("and?")));
  c_.print(good("still running"));

  EXPECT_EQ(c_->outcome().final_response, "still running");
}

TEST_F(ClaudeCode, DoesNotTakeAReactionForTheAnswer) {
  c_.turn("go");
  c_.line(init);
  background(true);
  c_.print(good("started"));
  c_.turn("next");

  EXPECT_FALSE(c_.print(reaction("looked at it")).ended);
  background(false);
  const auto end = c_.print(good("second"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "second");
}

TEST_F(ClaudeCode, TellsTheEndOfATurnOnce) {
  c_.turn("go");
  c_.print(good("1"));

  EXPECT_FALSE(c_.print(good("stray")).ended);
  EXPECT_FALSE(c_.print(reaction("late")).ended);
  EXPECT_EQ(c_->outcome().final_response, "1");
}

TEST_F(ClaudeCode, JudgesATurnThatNeverEndedByTheProcess) {
  c_.turn("one");
  c_.print(good("1"));
  EXPECT_EQ(c_->ended({.signal = 9}).reason, exit_kind::completed);

  c_.turn("two");
  EXPECT_EQ(c_->ended({.signal = 9}).reason, exit_kind::crashed);
}

TEST_F(ClaudeCode, ClosesAndThenSaysNothing) {
  c_.turn("one");
  c_.turn("two");

  const auto closed = c_.say(input_kind::close);

  EXPECT_TRUE(closed.close_stdin);
  EXPECT_THAT(c_.print(good("1")).lines, IsEmpty());
  EXPECT_THAT(c_->unsent(), ElementsAre(text_message("two")));
  EXPECT_THAT(c_.turn("three").lines, IsEmpty());
  EXPECT_THAT(c_.say(input_kind::interrupt).lines, IsEmpty());
}

TEST_F(ClaudeCode, WithdrawsRequestsWhenItCloses) {
  c_.turn("go");
  c_.line(R"({"type":"control_request","request_id":"r1","request":{)"
          R"("subtype":"can_use_tool","tool_name":"Bash","input":{"command":"x"}}})");
  ASSERT_EQ(c_->pending().size(), 1u);

  EXPECT_THAT(
    told(c_.say(input_kind::close)), ElementsAre(HasSubstr("request_withdrawn")));

  EXPECT_THAT(c_->pending(), IsEmpty());
}

TEST_F(ClaudeCode, PassesOnWhatItCannotRead) {
  EXPECT_THAT(
    told(c_.line("npm warn")),
    ElementsAre(R"(agent_message {"text":"npm warn","raw":true})"));
  EXPECT_THAT(
    told(c_.line("[1]")), ElementsAre(R"(agent_message {"text":"[1]","raw":true})"));
  EXPECT_THAT(
    told(c_.line(R"({"type":"assistant","me)", true)),
    ElementsAre(HasSubstr(R"("truncated":true,"raw":true)")));
}

TEST_F(ClaudeCode, EndsTheTurnEvenIfItsResultCannotBeRead) {
  c_.turn("go");
  c_.line(hello);

  const auto end =
    c_.line(R"({"num_turns":1,"session_id":"s1","type":"result","result":"hell)", true);

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "hello");
  EXPECT_THAT(told(end), ElementsAre(HasSubstr("truncated_result")));
}

TEST_F(ClaudeCode, WarnsOnceOfAnUnknownMessage) {
  EXPECT_THAT(
    told(c_.line(R"({"type":"system","subtype":"dream"})")),
    ElementsAre(R"(warning {"kind":"unknown_message","type":"system/dream"})"));
  EXPECT_THAT(c_.line(R"({"type":"system","subtype":"dream"})").events, IsEmpty());
  EXPECT_THAT(c_.line(R"({"type":"tool_progress"})").events, IsEmpty());
}

TEST_F(ClaudeCode, WarnsOfRetriesAndDenials) {
  EXPECT_THAT(
    told(
      c_.line(R"({"type":"system","subtype":"api_retry","attempt":1,"max_retries":10,)"
              R"("retry_delay_ms":500,"error_status":529,"error":"overloaded"})")),
    ElementsAre(R"(warning {"kind":"api_retry","attempt":1,"max_retries":10,)"
                R"("retry_delay_ms":500,"status":529,"error":"overloaded"})"));
  EXPECT_THAT(
    told(
      c_.line(R"({"type":"system","subtype":"permission_denied","tool_name":"Bash"})")),
    ElementsAre(HasSubstr(R"("kind":"permission_denied","tool":"Bash")")));
}

TEST_F(ClaudeCode, SurvivesMembersOfTheWrongType) {
  for (const auto text :
       {R"({"type":5})",
        R"({"type":"assistant"})",
        R"({"type":"assistant","message":[]})",
        R"({"type":"assistant","message":{"content":[5,null,{"type":7}]}})",
        R"({"type":"user","message":{"content":[{"type":"tool_result","content":5}]}})",
        R"({"type":"system","subtype":"background_tasks_changed","tasks":{"a":1}})",
        R"({"type":"control_request","request":5})",
        R"({"type":"control_request","request":{"subtype":"can_use_tool"}})",
        R"({"type":"control_cancel_request","request_id":5})",
        R"({"type":"control_response","response":{"subtype":"error"}})",
        R"({"type":"rate_limit_event","rate_limit_info":[]})",
        R"({"type":"result","usage":{"input_tokens":1e300},"errors":5,"origin":1})"})
    c_.line(text);

  EXPECT_EQ(c_->ended({.code = 1}).reason, exit_kind::agent_error);
}

TEST(Backends, AreFoundByName) {
  EXPECT_TRUE(find_backend("claude_code")->resumes);
  EXPECT_FALSE(find_backend("process")->resumes);
  EXPECT_EQ(find_backend("nope"), nullptr);
}

TEST_F(ClaudeCode, IsShownAnImageAndGivenADocument) {
  const auto file = [](std::string_view type) {
    return json{
      {"type", "file"}, {"name", "a"}, {"mime_type", type}, {"bytes_base64", "AAAA"}};
  };
  const auto out = c_.say(
    input_kind::turn,
    {{"text", "look"},
     {"parts", json::array({file("image/png"), file("application/pdf")})}});

  ASSERT_EQ(out.lines.size(), 1U);
  EXPECT_EQ(
    out.lines[0],
    R"j({"type":"user","message":{"role":"user","content":[)j"
    R"j({"type":"text","text":"Attached file: a (image/png)"},)j"
    R"j({"type":"image","source":{"type":"base64","media_type":"image/png",)j"
    R"j("data":"AAAA"}},)j"
    R"j({"type":"text","text":"Attached file: a (application/pdf)"},)j"
    R"j({"type":"document","source":{"type":"base64",)j"
    R"j("media_type":"application/pdf","data":"AAAA"}}]}})j");
}

TEST_F(ClaudeCode, TellsAnImageThatAToolGaveAsAnArtifact) {
  c_.turn("look");
  const json picture{
    {"type", "image"},
    {"source", {{"type", "base64"}, {"media_type", "image/png"}, {"data", "AAAA"}}}};
  const json result{
    {"type", "tool_result"},
    {"tool_use_id", "t1"},
    {"content", json::array({picture})}};
  const auto out =
    c_.print({{"type", "user"}, {"message", {{"content", json::array({result})}}}});

  EXPECT_EQ(
    told(out).back(),
    R"(artifact_added {"tool_use_id":"t1","parts":[{"type":"file",)"
    R"("bytes_base64":"AAAA","mime_type":"image/png"}]})");
}

} // namespace

} // namespace troupe::agents::claude
