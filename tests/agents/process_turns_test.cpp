#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

conversation turn_taker(std::string_view mode = "json") {
  return {"process", configured({{"command", json::array({"x"})}, {"stdin", mode}})};
}

TEST(ProcessTurns, KeepsItsResultIfItLeavesInsteadOfTakingTheNextTurn) {
  auto c = turn_taker();
  c.turn("one");
  c.turn("two");
  c.line(R"({"type":"run_completed","final_response":"1"})");

  EXPECT_EQ(c->ended({.code = 0}).reason, exit_kind::completed);
  EXPECT_EQ(c->outcome().final_response, "1");
}

TEST(ProcessTurns, TellsOfATurnAndOfTheInterruptThatComesWithIt) {
  auto c = turn_taker();
  c.turn("one");

  const auto said = c.say(input_kind::turn, {{"text", "two"}, {"interrupt", true}});

  EXPECT_THAT(said.lines, ElementsAre(R"({"type":"interrupt"})"));
  EXPECT_THAT(told(said), ElementsAre(R"(message_added {"role":"user","text":"two"})"));
}

TEST(ProcessTurns, AreToldInPartsWhereItReadsMessages) {
  const json part{{"type", "file"}, {"bytes_base64", "AAAA"}};
  const json body{{"text", "look"}, {"parts", json::array({part})}};
  auto reads = turn_taker();
  auto does_not = turn_taker("text");

  const auto told_it = reads.say(input_kind::turn, body);
  const auto refused = does_not.say(input_kind::turn, body);
  does_not.print({{"type", "run_completed"}});

  EXPECT_THAT(
    told_it.lines,
    ElementsAre(R"({"type":"turn","text":"Attached file: unnamed",)"
                R"("parts":[{"type":"file","bytes_base64":"AAAA"}]})"));
  EXPECT_THAT(refused.lines, IsEmpty());
  ASSERT_TRUE(refused.ended);
  EXPECT_EQ(refused.ended->reason.reason, exit_kind::agent_error);
  EXPECT_EQ(does_not->ended({.code = 0}).reason, exit_kind::agent_error);
}

} // namespace

} // namespace troupe::agents
