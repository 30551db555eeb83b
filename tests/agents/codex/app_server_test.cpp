#include "codex/talk.hpp"

namespace troupe::agents::codex {

namespace {

using testing::Not;

TEST_F(Codex, IsGreetedGivenAThreadAndThenTheTurn) {
  const auto first = c_.turn("do it").lines;
  const auto second = c_.line(greeted).lines;
  const auto third = c_.line(opened).lines;

  EXPECT_THAT(first, ElementsAre(HasSubstr(R"("method":"initialize")")));
  EXPECT_THAT(
    second,
    ElementsAre(
      R"({"method":"initialized"})", HasSubstr(R"("method":"thread/start")")));
  EXPECT_THAT(
    third,
    ElementsAre(R"({"id":"turn 1","method":"turn/start","params":{"threadId":"t1",)"
                R"("input":[{"type":"text","text":"do it"}]}})"));
}

TEST_F(Codex, AnswersWithWhatItSaidLast) {
  begin();
  c_.print(said("looking"));
  c_.print(said("done"));
  const auto out = c_.print(ended("u1", "completed"));

  ASSERT_TRUE(out.ended);
  EXPECT_EQ(out.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(out.ended->result.final_response, "done");
}

TEST_F(Codex, SendsATurnThatWaitedWhenTheOneBeforeHasEnded) {
  begin();
  const auto waits = c_.turn("and then");
  const auto out = c_.print(ended("u1", "completed"));
  c_.print(began("u2"));
  c_.print(said("both"));
  const auto last = c_.print(ended("u2", "completed"));

  EXPECT_THAT(waits.lines, IsEmpty());
  EXPECT_FALSE(out.ended);
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("and then")));
  ASSERT_TRUE(last.ended);
  EXPECT_EQ(last.ended->result.final_response, "both");
}

TEST_F(Codex, TakesTheNameOfATurnFromItsAnswerOrItsBegin) {
  c_.turn("do it");
  c_.line(greeted);
  c_.line(opened);
  EXPECT_FALSE(c_->takes_nudges());
  c_.print({{"id", "turn 1"}, {"result", {{"turn", {{"id", "u1"}}}}}});

  EXPECT_TRUE(c_->takes_nudges());
  EXPECT_TRUE(c_.print(ended("u1", "completed")).ended);
}

TEST_F(Codex, HearsANudgeBesideItsTurn) {
  begin();
  const auto out = c_.say(input_kind::nudge, {{"text", "alive?"}});

  EXPECT_THAT(
    out.lines,
    ElementsAre(
      R"({"id":"steer 1","method":"turn/steer","params":{"threadId":"t1",)"
      R"("expectedTurnId":"u1","input":[{"type":"text","text":"alive?"}]}})"));
}

TEST_F(Codex, TakesTheReceiptOfANudgeForNoSignOfWork) {
  begin();
  c_.say(input_kind::nudge, {{"text", "alive?"}});

  EXPECT_TRUE(c_.print({{"id", "steer 1"}, {"result", {{"turnId", "u1"}}}}).is_receipt);
  EXPECT_FALSE(c_.print(said("I am")).is_receipt);
}

TEST_F(Codex, EndsWhatAnInterruptLeavesRunning) {
  begin();
  const auto asked = c_.say(input_kind::interrupt);
  const auto out = c_.print(ended("u1", "interrupted"));

  EXPECT_THAT(asked.lines, ElementsAre(HasSubstr(R"("turn/interrupt")")));
  EXPECT_THAT(
    out.lines, ElementsAre(HasSubstr(R"("thread/backgroundTerminals/clean")")));
  ASSERT_TRUE(out.ended);
  EXPECT_EQ(out.ended->reason.detail, "interrupted");
}

TEST_F(Codex, IsInterruptedOnceItsTurnHasAName) {
  c_.turn("do it");
  const auto early = c_.say(input_kind::interrupt);
  c_.line(greeted);
  c_.line(opened);
  const auto out = c_.print(began("u1"));

  EXPECT_THAT(early.lines, IsEmpty());
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr(R"("turnId":"u1")")));
}

TEST_F(Codex, HasASessionOnceItsPromptIsOnDisk) {
  begin();
  EXPECT_FALSE(c_->session());
  c_.print(item("completed", {{"type", "userMessage"}, {"id", "x"}}));

  EXPECT_EQ(c_->session(), "t1");
}

TEST_F(Codex, ForgetsASessionThatIsNotKnown) {
  conversation c("codex", {.session = "gone", .resume = true});
  c.turn("go on");
  c.line(greeted);
  const auto out = c.line(
    R"({"id":"thread","error":{"code":-32600,"message":"no rollout found for gone"}})");

  ASSERT_TRUE(out.ended);
  EXPECT_EQ(out.ended->reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(out.ended->reason.detail, HasSubstr("session_mode new"));
  EXPECT_EQ(out.ended->reason.session_lost, true);
  EXPECT_FALSE(c->session());
}

TEST_F(Codex, GoesOnWithTheThreadOfItsSession) {
  conversation c("codex", {.session = "t1", .resume = true});
  c.turn("go on");

  EXPECT_EQ(c->session(), "t1");
  EXPECT_THAT(
    c.line(greeted).lines,
    Contains(HasSubstr(R"("threadId":"t1","excludeTurns":true)")));
}

TEST_F(Codex, TellsASubagentApartAndIsNotEndedByIt) {
  begin();
  auto other = said("from below");
  other["params"]["threadId"] = "t2";
  auto end = ended("u9", "completed");
  end["params"]["threadId"] = "t2";

  EXPECT_THAT(told(c_.print(other)), ElementsAre(HasSubstr(R"("subagent":true)")));
  EXPECT_FALSE(c_.print(end).ended);
  EXPECT_EQ(c_.print(ended("u1", "completed")).ended->result.final_response, "");
}

TEST_F(Codex, SendsNoTurnWhileItRunsOneOfItsOwn) {
  begin();
  c_.print(ended("u1", "completed"));
  c_.print(began("u2"));
  const auto waits = c_.turn("next");
  const auto out = c_.print(ended("u2", "completed"));

  EXPECT_THAT(waits.lines, IsEmpty());
  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("next")));
}

TEST_F(Codex, CountsToolsThatAreOpen) {
  begin();
  c_.print(running("c1", "/bin/bash -lc ls"));
  EXPECT_EQ(c_->open_tools(), 1);
  EXPECT_EQ(c_->oldest_tool(), 1u);
  c_.print(ended("u1", "completed"));

  EXPECT_EQ(c_->open_tools(), 0);
}

TEST_F(Codex, TakesTheLastMessageForAnEndThatCannotBeRead) {
  begin();
  c_.print(said("the answer"));
  const auto out = c_.line(
    R"({"method":"turn/completed","params":{"turn":{"id":"u1","items":[)", true);

  ASSERT_TRUE(out.ended);
  EXPECT_EQ(out.ended->result.final_response, "the answer");
  EXPECT_THAT(told(out), Contains(HasSubstr("truncated_result")));
}

TEST_F(Codex, WarnsOnceOfWhatIsNotKnown) {
  begin();
  const auto once = c_.print(notice("no/such", {}));
  const auto twice = c_.print(notice("no/such", {}));

  EXPECT_THAT(told(once), ElementsAre(HasSubstr("unknown_message")));
  EXPECT_THAT(twice.events, IsEmpty());
}

TEST_F(Codex, SaysNothingAfterItsInputIsClosed) {
  c_.turn("do it");
  const auto closed = c_.say(input_kind::close);

  EXPECT_TRUE(closed.close_stdin);
  EXPECT_THAT(c_.line(greeted).lines, IsEmpty());
  EXPECT_FALSE(c_->takes_turns());
}

TEST_F(Codex, TellsItsPlanAsTodos) {
  begin();
  const auto out = c_.print(notice(
    "turn/plan/updated",
    {{"plan", json::array({{{"step", "build"}, {"status", "inProgress"}}})}}));

  EXPECT_THAT(
    told(out),
    ElementsAre(
      R"(todo_updated {"todos":[{"content":"build","status":"in_progress"}]})"));
}

TEST_F(Codex, IsShownAnImageByItsBytes) {
  c_.say(
    input_kind::turn,
    {{"text", "look"},
     {"parts",
      json::array(
        {{{"type", "text"}, {"text", "look"}},
         {{"type", "file"}, {"mime_type", "image/png"}, {"bytes_base64", "AAAA"}}})}});
  c_.line(greeted);
  const auto out = c_.line(opened);

  EXPECT_THAT(
    out.lines,
    ElementsAre(HasSubstr(
      R"j("input":[{"type":"text","text":"look\n\nAttached file: unnamed (image/png)"},)j"
      R"j({"type":"image","url":"data:image/png;base64,AAAA"}])j")));
}

TEST_F(Codex, TellsAnImageThatAToolGaveAsAnArtifact) {
  begin();
  const json picture{{"type", "image"}, {"data", "AAAA"}, {"mimeType", "image/png"}};
  const auto out = c_.print(item(
    "completed",
    {{"type", "mcpToolCall"},
     {"id", "c1"},
     {"server", "s"},
     {"tool", "draw"},
     {"status", "completed"},
     {"result", {{"content", json::array({picture})}}}}));

  EXPECT_EQ(
    told(out).back(),
    R"(artifact_added {"tool_use_id":"c1","parts":[{"type":"file",)"
    R"("bytes_base64":"AAAA","mime_type":"image/png"}]})");
}

} // namespace

} // namespace troupe::agents::codex
