#include "claude/talk.hpp"

namespace troupe::agents::claude {

namespace {

TEST_F(ClaudeCode, SendsOneTurnAtATime) {
  c_.turn("one");

  const auto waits = c_.turn("two");
  EXPECT_THAT(waits.lines, IsEmpty());
  EXPECT_THAT(
    told(waits),
    ElementsAre(R"(message_added {"role":"user","text":"two","waits":true})"));
  const auto first = c_.print(good("1"));
  EXPECT_FALSE(first.ended);
  EXPECT_THAT(first.lines, ElementsAre(prompt("two")));
  EXPECT_EQ(c_->outcome().final_response, std::nullopt) << "the answer to two is due";
  const auto second = c_.print(good("2"));
  ASSERT_TRUE(second.ended);
  EXPECT_EQ(second.ended->result.final_response, "2");
}

TEST_F(ClaudeCode, SendsWaitingTurnsInTheirOrder) {
  for (const auto* text : {"one", "two", "three"})
    c_.turn(text);

  EXPECT_THAT(c_.print(good("1")).lines, ElementsAre(prompt("two")));
  EXPECT_THAT(c_.print(good("2")).lines, ElementsAre(prompt("three")));
  EXPECT_TRUE(c_.print(good("3")).ended);
}

TEST_F(ClaudeCode, SendsAWaitingTurnAfterAnInterrupt) {
  c_.turn("one");
  c_.turn("two");
  c_.say(input_kind::interrupt);

  const auto end = c_.print(
    {{"type", "result"}, {"subtype", "error_during_execution"}, {"is_error", true}});

  EXPECT_FALSE(end.ended);
  EXPECT_THAT(end.lines, ElementsAre(prompt("two")));
}

TEST_F(ClaudeCode, StopsATurnForAnotherThatInterrupts) {
  c_.turn("one");

  const auto said = c_.say(input_kind::turn, {{"text", "two"}, {"interrupt", true}});

  ASSERT_EQ(said.lines.size(), 1u);
  EXPECT_THAT(said.lines[0], HasSubstr(R"("subtype":"interrupt")"));
  const auto end = c_.print(
    {{"type", "result"}, {"subtype", "error_during_execution"}, {"is_error", true}});
  EXPECT_FALSE(end.ended);
  EXPECT_THAT(end.lines, ElementsAre(prompt("two")));
}

TEST_F(ClaudeCode, SendsNoWaitingTurnIntoAUsageLimit) {
  c_.turn("one");
  c_.turn("two");

  const auto end = c_.print(
    {{"type", "result"},
     {"subtype", "success"},
     {"is_error", true},
     {"api_error_status", 429},
     {"result", "limit reached"}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::rate_limited);
  EXPECT_THAT(end.lines, IsEmpty());
  EXPECT_THAT(c_->unsent(), ElementsAre(text_message("two")));
}

TEST_F(ClaudeCode, TellsOfATurnOnceHoweverManyAttemptsItWaits) {
  c_.turn("go on");
  const auto carried = c_.say(input_kind::turn, {{"text", "two"}, {"carried", true}});

  EXPECT_THAT(told(carried), IsEmpty());
  EXPECT_THAT(c_.print(good("1")).lines, ElementsAre(prompt("two")));
}

TEST_F(ClaudeCode, TellsWhatItsEndLeavesUndone) {
  c_.turn("one");
  c_.turn("two");
  c_.line(R"({"type":"control_request","request_id":"r1","request":{)"
          R"("subtype":"can_use_tool","tool_name":"Bash","input":{"command":"x"}}})");

  EXPECT_THAT(
    told(c_.over()),
    ElementsAre(
      R"(warning {"kind":"request_withdrawn","request_id":"r1","title":"Bash: x",)"
      R"("why":"the agent has ended"})"));
  EXPECT_THAT(c_->unsent(), ElementsAre(text_message("two")));
}

TEST_F(ClaudeCode, BoundsTheTurnsThatWait) {
  for (int i = 0; i < 65; ++i) {
    EXPECT_TRUE(c_->takes_turns()) << i;
    c_.turn("x");
  }

  EXPECT_FALSE(c_->takes_turns());
  EXPECT_THAT(told(c_.turn("late")), ElementsAre(HasSubstr("turn_refused")));
}

} // namespace

} // namespace troupe::agents::claude
