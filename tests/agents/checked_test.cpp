#include "agents/checked.hpp"

#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

conversation worker(std::string_view mode) {
  auto plan = configured({{"command", {"worker"}}, {"stdin", mode}});
  plan.output_schema = raw_json{
    R"({"type":"object","required":["n"],"properties":{"n":{"type":"integer"}}})"};
  return {"process", plan};
}

json completed_with(std::string_view text) {
  return {{"type", "run_completed"}, {"final_response", text}};
}

TEST(Checked, LetsAnAnswerThatFitsEndTheRunAsData) {
  auto c = worker("json");
  c.turn("go");

  const auto end = c.print(completed_with("{\"n\":7}"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.structured_output, raw_json{R"({"n":7})"});
  EXPECT_EQ(c->outcome().structured_output, raw_json{R"({"n":7})"});
}

TEST(Checked, AsksOnceMoreWithWhatDoesNotFit) {
  auto c = worker("json");
  c.turn("go");

  const auto first = c.print(completed_with("{\"n\":\"x\"}"));

  EXPECT_FALSE(first.ended);
  ASSERT_THAT(first.lines, SizeIs(1));
  const auto asked = *parse_json(first.lines[0]);
  EXPECT_EQ(asked["type"], "turn");
  EXPECT_THAT(asked["text"].get<std::string>(), HasSubstr("- n: "));
  EXPECT_THAT(told(first), ElementsAre(HasSubstr("schema_mismatch")));
  EXPECT_TRUE(c.print(completed_with("{\"n\":7}")).ended);
}

TEST(Checked, FailsWithWhatDoesNotFitAfterThat) {
  auto c = worker("json");
  c.turn("go");
  c.print(completed_with("prose"));

  const auto second = c.print(completed_with("{\"n\":\"x\"}"));

  ASSERT_TRUE(second.ended);
  EXPECT_EQ(second.ended->reason.reason, exit_kind::agent_error);
  EXPECT_THAT(second.ended->reason.detail, HasSubstr("after it was asked for again"));
  EXPECT_THAT(second.ended->reason.detail, HasSubstr("n: "));
  EXPECT_EQ(second.ended->result.final_response, "{\"n\":\"x\"}");
  EXPECT_FALSE(second.ended->result.structured_output);
  EXPECT_THAT(second.lines, IsEmpty());
  EXPECT_EQ(c->ended({.code = 0}).reason, exit_kind::agent_error);
}

TEST(Checked, AsksOnceMoreForEachTurnThatIsSaid) {
  auto c = worker("json");
  c.turn("go");
  c.print(completed_with("prose"));
  c.turn("and now");

  EXPECT_FALSE(c.print(completed_with("prose")).ended);
  EXPECT_FALSE(c.print(completed_with("prose")).ended);
  EXPECT_TRUE(c.print(completed_with("prose")).ended);
}

TEST(Checked, AsksNobodyWhoseInputIsClosed) {
  auto plain = worker("text");
  plain.turn("go");
  plain.line("prose");
  auto closed = worker("json");
  closed.turn("go");
  closed.say(input_kind::close);

  EXPECT_EQ(plain->ended({.code = 0}).reason, exit_kind::agent_error);
  EXPECT_THAT(plain->ended({.code = 0}).detail, HasSubstr("the answer is no JSON"));
  EXPECT_TRUE(closed.print(completed_with("prose")).ended);
}

TEST(Checked, LeavesOtherEndsAlone) {
  auto c = worker("json");
  c.turn("go");

  const auto end = c.print({{"type", "run_failed"}, {"error", "no"}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.detail, "no");
  EXPECT_EQ(worker("text")->ended({.code = 3}).reason, exit_kind::crashed);
}

} // namespace

} // namespace troupe::agents
