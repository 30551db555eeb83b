#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents {

namespace {

using testing::ElementsAre;

/// A worker that is told its turns as JSON.
conversation worker() {
  return {"process", configured({{"command", json::array({"x"})}, {"stdin", "json"}})};
}

TEST(ProcessTurns, KeepsItsResultIfItLeavesInsteadOfTakingTheNextTurn) {
  auto c = worker();
  c.turn("one");
  c.turn("two");
  c.line(R"({"type":"run_completed","final_response":"1"})");

  EXPECT_EQ(c->ended({.code = 0}).reason, exit_kind::completed);
  EXPECT_EQ(c->outcome().final_response, "1");
}

TEST(ProcessTurns, TellsOfATurnAndOfTheInterruptThatComesWithIt) {
  auto c = worker();
  c.turn("one");

  const auto said = c.say(input_kind::turn, {{"text", "two"}, {"interrupt", true}});

  EXPECT_THAT(said.lines, ElementsAre(R"({"type":"interrupt"})"));
  EXPECT_THAT(told(said), ElementsAre(R"(message_added {"role":"user","text":"two"})"));
}

} // namespace

} // namespace troupe::agents
