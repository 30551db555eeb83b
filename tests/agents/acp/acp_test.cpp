#include "acp/talk.hpp"

namespace troupe::agents::acp {
namespace {

TEST_F(Acp, PutsTheAnswerTogether) {
  open();

  c_->print(chunk("good "));
  c_->print(chunk(""));
  c_->print(chunk("morning"));
  const auto end = finish("end_turn");

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.final_response, "good morning");
  EXPECT_THAT(told(end), ElementsAre(R"(agent_message {"text":"good morning"})"));
}

TEST_F(Acp, TellsAMessageOnceSomethingElseBegins) {
  open();

  c_->print(chunk("first I look"));
  const auto call =
    c_->print(tool("tool_call", {{"kind", "read"}, {"status", "in_progress"}}));
  c_->print(chunk("then I say"));
  const auto end = finish("end_turn");

  EXPECT_THAT(told(call)[0], HasSubstr("first I look"));
  EXPECT_THAT(told(call)[1], HasSubstr("tool_started"));
  EXPECT_EQ(end.ended->result.final_response, "then I say");
}

TEST_F(Acp, TellsWhatWasBeingSaidWhenItDied) {
  open();

  c_->print(chunk("half a sent"));

  EXPECT_THAT(told(c_->over()), ElementsAre(R"(agent_message {"text":"half a sent"})"));
  EXPECT_EQ((*c_)->ended({.signal = 9}).reason, exit_kind::crashed);
}

TEST_F(Acp, SendsTurnsOneAtATime) {
  open();

  const auto waits = c_->turn("and then");
  const auto next = finish("end_turn");
  const auto end = c_->print(reply(3, {{"stopReason", "end_turn"}}));

  EXPECT_THAT(waits.lines, IsEmpty());
  EXPECT_THAT(told(waits)[0], HasSubstr(R"("waits":true)"));
  EXPECT_FALSE(next.ended);
  EXPECT_EQ(sent(next)[0]["params"]["prompt"][0]["text"], "and then");
  EXPECT_TRUE(end.ended);
}

TEST_F(Acp, KeepsTheFirstTurnOutOfWhatWaits) {
  conversation c("acp", configured(json::object()));

  c.turn("do it");
  c.turn("and then");

  EXPECT_THAT(c->unsent(), ElementsAre(text_message("and then")));
}

TEST_F(Acp, CancelsTheTurnAndItsRequests) {
  open();
  c_->print(leave(7, command("make")));

  const auto out = c_->say(input_kind::interrupt);
  const auto end = finish("cancelled");

  ASSERT_EQ(out.lines.size(), 2u);
  EXPECT_EQ(sent(out)[0]["method"], "session/cancel");
  EXPECT_EQ(sent(out)[1]["result"]["outcome"]["outcome"], "cancelled");
  EXPECT_EQ(sent(out)[1]["id"], 7);
  EXPECT_THAT((*c_)->pending(), IsEmpty());
  EXPECT_EQ(end.ended->reason.reason, exit_kind::agent_error);
  EXPECT_EQ(end.ended->reason.detail, "interrupted");
}

TEST_F(Acp, RefusesWhatItDoesNotTake) {
  open();

  const auto out = c_->print(request("x", "terminal/create", {{"command", "true"}}));

  EXPECT_EQ(sent(out)[0]["id"], "x");
  EXPECT_EQ(sent(out)[0]["error"]["code"], -32601);
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("agent_request_refused")));
}

TEST_F(Acp, MayBeResumedOnceItHasSpokenIfItCan) {
  open(configured(json::object()), able({{"loadSession", true}}));
  const auto before = (*c_)->session();
  c_->print(chunk("well"));

  EXPECT_FALSE(before);
  EXPECT_EQ((*c_)->session(), "s1");

  open();
  c_->print(chunk("well"));

  EXPECT_FALSE((*c_)->session());
}

TEST_F(Acp, CountsWhatIsTold) {
  open();

  c_->print(update("usage_update", {{"cost", {{"amount", 0.5}, {"currency", "USD"}}}}));
  const auto end = c_->print(reply(
    2,
    {{"stopReason", "end_turn"},
     {"usage",
      {{"inputTokens", 7},
       {"outputTokens", 3},
       {"cachedReadTokens", 2},
       {"cachedWriteTokens", 1}}}}));

  EXPECT_EQ(end.ended->result.usage, (token_usage{8, 3, 2}));
  EXPECT_EQ(end.ended->result.cost_usd, 0.5);
  EXPECT_EQ((*c_)->usage().turns, 1u);
}

TEST_F(Acp, CountsWhatGeminiTells) {
  open();

  const json quota{{"token_count", {{"input_tokens", 100}, {"output_tokens", 10}}}};
  const auto end =
    c_->print(reply(2, {{"stopReason", "end_turn"}, {"_meta", {{"quota", quota}}}}));

  EXPECT_EQ(end.ended->result.usage, (token_usage{100, 10, 0}));
}

TEST_F(Acp, PassesOnAPlan) {
  open();

  const json entry{{"content", "first"}, {"status", "pending"}};
  const auto out = c_->print(update("plan", {{"entries", json::array({entry})}}));

  EXPECT_THAT(
    told(out),
    ElementsAre(R"(todo_updated {"todos":[{"content":"first","status":"pending"}]})"));
}

TEST_F(Acp, IsWarnedOnceOfWhatItDoesNotKnow) {
  open();

  const auto first = c_->print(update("sing"));
  const auto second = c_->print(update("sing"));

  EXPECT_THAT(told(first), ElementsAre(HasSubstr("unknown_message")));
  EXPECT_THAT(told(second), IsEmpty());
}

TEST_F(Acp, HearsNothingOfOtherSessions) {
  open();
  auto other = chunk("from elsewhere");
  other["params"]["sessionId"] = "s2";

  c_->print(other);

  EXPECT_EQ(finish("end_turn").ended->result.final_response, "");
}

TEST_F(Acp, PassesOnNoise) {
  open();

  EXPECT_THAT(
    told(c_->line("npm notice")),
    ElementsAre(R"(agent_message {"text":"npm notice","raw":true})"));
}

TEST_F(Acp, SurvivesAnAnswerToNothing) {
  open();

  const auto out = c_->line(R"({"error":{"code":-32700,"message":"Parse error"}})");

  EXPECT_THAT(told(out), ElementsAre(HasSubstr("Parse error")));
  EXPECT_FALSE(out.ended);
}

/// The draft, where it is offered and taken.
class AcpDraft : public Acp {
protected:
  void SetUp() override {
    open(
      configured({{"protocol_version", 2}}),
      {{"protocolVersion", 2}, {"capabilities", {{"session", json::object()}}}});
  }
  step state(json more) { return c_->print(update("state_update", std::move(more))); }
};

TEST_F(AcpDraft, EndsATurnWithTheStateOfItsSession) {
  const auto early = state({{"state", "idle"}});
  const auto taken = c_->print(reply(2, {{"messageId", "u1"}}));
  state({{"state", "running"}});
  c_->print(chunk("done"));
  const auto end = state({{"state", "idle"}, {"stopReason", "end_turn"}});

  EXPECT_FALSE(early.ended);
  EXPECT_FALSE(taken.ended);
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "done");
}

TEST_F(AcpDraft, FailsWithTheErrorOfTheState) {
  const json error{{"code", -32603}, {"message", "API Error: 529 busy"}};

  const auto end =
    state({{"state", "idle"}, {"stopReason", "error"}, {"error", error}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::overloaded);
}

TEST_F(AcpDraft, TakesWholeMessagesInPlaceOfPieces) {
  const auto text = [](std::string_view words) {
    return json::array({{{"type", "text"}, {"text", words}}});
  };
  state({{"state", "running"}});
  c_->print(update("agent_message", {{"messageId", "m"}, {"content", text("a dra")}}));
  c_->print(
    update("agent_message", {{"messageId", "m"}, {"content", text("a draft")}}));
  const auto end = state({{"state", "idle"}, {"stopReason", "end_turn"}});

  EXPECT_EQ(end.ended->result.final_response, "a draft");
  EXPECT_THAT(told(end), ElementsAre(HasSubstr("a draft")));
}

TEST_F(AcpDraft, AsksForLeaveAboutItsSubject) {
  const auto out = c_->print(request(
    9,
    "session/request_permission",
    {{"title", "May I?"},
     {"subject", {{"type", "command"}, {"command", "make"}, {"cwd", "/work"}}},
     {"options", options}}));

  EXPECT_THAT(told(out), Contains(HasSubstr("Bash: make")));
  ASSERT_EQ((*c_)->pending().size(), 1u);
}

TEST_F(AcpDraft, ServesNoFiles) {
  const auto out = c_->print(request(9, "fs/read_text_file", {{"path", "/srv/x"}}));

  EXPECT_THAT(out.files, IsEmpty());
  EXPECT_EQ(sent(out)[0]["error"]["code"], -32601);
}

} // namespace
} // namespace troupe::agents::acp
