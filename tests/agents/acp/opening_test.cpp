#include "acp/talk.hpp"

namespace troupe::agents::acp {
namespace {

attempt_plan resuming(std::string_view session) {
  auto plan = configured(json::object());
  plan.session = session;
  plan.resume = true;
  return plan;
}

class AcpOpening : public testing::Test {
protected:
  /// What is sent once the agent has said what it can.
  step initialized(const attempt_plan& plan, const json& result) {
    return begins(plan, result, {{"text", "do it"}});
  }
  step begins(const attempt_plan& plan, const json& result, const json& turn) {
    c_ = std::make_unique<conversation>("acp", plan);
    first_ = c_->say(input_kind::turn, turn);
    return c_->print(reply(0, result));
  }

  std::unique_ptr<conversation> c_;
  step first_;
};

TEST_F(AcpOpening, GreetsThenOpensThenPrompts) {
  const auto opens = initialized(configured(json::object()), able(json::object()));
  const auto prompts = c_->print(reply(1, {{"sessionId", "s1"}}));

  ASSERT_EQ(sent(first_).size(), 1u);
  EXPECT_EQ(sent(first_)[0]["method"], "initialize");
  EXPECT_EQ(sent(first_)[0]["params"]["protocolVersion"], 1);
  EXPECT_EQ(sent(opens)[0]["method"], "session/new");
  EXPECT_EQ(sent(opens)[0]["params"]["cwd"], "/work");
  EXPECT_EQ(sent(prompts)[0]["method"], "session/prompt");
  EXPECT_EQ(sent(prompts)[0]["params"]["sessionId"], "s1");
  EXPECT_EQ(sent(prompts)[0]["params"]["prompt"][0]["text"], "do it");
}

TEST_F(AcpOpening, AdvertisesFilesAndNoTerminal) {
  initialized(configured(json::object()), able(json::object()));
  auto confined = configured(json::object());
  confined.serves_files = false;
  const json can = sent(first_)[0]["params"]["clientCapabilities"];

  EXPECT_EQ(can["fs"]["readTextFile"], true);
  EXPECT_EQ(can["terminal"], false);

  initialized(confined, able(json::object()));

  EXPECT_EQ(
    sent(first_)[0]["params"]["clientCapabilities"]["fs"],
    json({{"readTextFile", false}, {"writeTextFile", false}}));
}

TEST_F(AcpOpening, ResumesWhereItCanAndLoadsElse) {
  const json both{
    {"loadSession", true}, {"sessionCapabilities", {{"resume", json::object()}}}};

  const auto resumes = initialized(resuming("old"), able(both));
  const auto loads = initialized(resuming("old"), able({{"loadSession", true}}));

  EXPECT_EQ(sent(resumes)[0]["method"], "session/resume");
  EXPECT_EQ(sent(loads)[0]["method"], "session/load");
  EXPECT_EQ(sent(loads)[0]["params"]["sessionId"], "old");
}

/// Gemini answers that it has loaded the session, and says then what was in it.
TEST_F(AcpOpening, HearsOutAnAgentThatRepeatsAfterALoad) {
  initialized(resuming("s1"), able({{"loadSession", true}}, "gemini-cli"));

  const auto asks = c_->print(reply(1, json::object()));
  const auto again = c_->print(chunk("said before"));
  const auto more = c_->print(failure(2, -32601, "Method not found"));
  const auto prompts = c_->print(failure(3, -32601, "Method not found"));
  c_->print(chunk("new"));
  const auto end = c_->print(reply(4, {{"stopReason", "end_turn"}}));

  EXPECT_EQ(sent(asks)[0]["method"], "_troupe/catch_up");
  EXPECT_THAT(told(again), IsEmpty());
  EXPECT_EQ(sent(more)[0]["method"], "_troupe/catch_up");
  EXPECT_EQ(sent(prompts)[0]["method"], "session/prompt");
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "new");
}

TEST_F(AcpOpening, TellsNothingOfWhatALoadSaysAgain) {
  initialized(resuming("s1"), able({{"loadSession", true}}));

  const auto again = c_->print(chunk("said before"));
  const auto call = c_->print(tool("tool_call", {{"status", "in_progress"}}));
  const auto prompts = c_->print(reply(1, json::object()));
  const auto answer = c_->print(chunk("new"));
  const auto end = c_->print(reply(2, {{"stopReason", "end_turn"}}));

  EXPECT_THAT(told(again), IsEmpty());
  EXPECT_THAT(told(call), IsEmpty());
  EXPECT_EQ((*c_)->open_tools(), 0);
  EXPECT_EQ(sent(prompts)[0]["method"], "session/prompt");
  EXPECT_THAT(told(answer), IsEmpty());
  EXPECT_THAT(told(end), ElementsAre(R"(agent_message {"text":"new"})"));
  EXPECT_EQ(end.ended->result.final_response, "new");
}

TEST_F(AcpOpening, LosesASessionThatIsNotKnown) {
  initialized(resuming("old"), able({{"loadSession", true}}));

  const auto end = c_->print(failure(1, -32002, "Resource not found: old"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(end.ended->reason.detail, HasSubstr("session old"));
  EXPECT_THAT(end.ended->reason.detail, HasSubstr("session_mode new"));
  EXPECT_FALSE((*c_)->session());
  EXPECT_FALSE((*c_)->takes_turns());
}

/// claude-agent-acp 0.49.0 keeps what was said a moment after it has told the first of
/// it.
TEST_F(AcpOpening, BeginsAfreshWhatWasLostWithTheAttemptThatBeganIt) {
  begins(
    resuming("old"),
    able({{"loadSession", true}}),
    {{"text", "it crashed"}, {"notice", true}, {"begins", true}, {"prompt", "do it"}});

  const auto opens = c_->print(failure(1, -32002, "Resource not found: old"));
  const auto prompts = c_->print(reply(2, {{"sessionId", "s2"}}));
  c_->print(chunk("new"));
  const auto end = c_->print(reply(3, {{"stopReason", "end_turn"}}));

  EXPECT_FALSE(opens.ended);
  ASSERT_EQ(sent(opens).size(), 1u);
  EXPECT_EQ(sent(opens)[0]["method"], "session/new");
  EXPECT_THAT(told(opens), ElementsAre(HasSubstr(R"("kind":"begins_afresh")")));
  EXPECT_EQ(sent(prompts)[0]["params"]["sessionId"], "s2");
  EXPECT_EQ(sent(prompts)[0]["params"]["prompt"][0]["text"], "do it");
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ((*c_)->session(), "s2");
}

TEST_F(AcpOpening, LosesAnOlderConversationAlsoAtARestart) {
  begins(
    resuming("old"),
    able({{"loadSession", true}}),
    {{"text", "it crashed"}, {"notice", true}, {"begins", false}, {"prompt", "more"}});

  const auto end = c_->print(failure(1, -32002, "Resource not found: old"));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::protocol_error);
}

TEST_F(AcpOpening, SaysSoIfAnAgentCannotGoOn) {
  const auto end = initialized(resuming("old"), able(json::object()));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(end.lines, IsEmpty());
}

TEST_F(AcpOpening, NamesAMissingLogin) {
  initialized(configured(json::object()), able(json::object()));

  const auto end = c_->print(failure(1, -32000, "Authentication required"));

  EXPECT_EQ(end.ended->reason.reason, exit_kind::auth);
}

TEST_F(AcpOpening, RefusesAVersionItDoesNotSpeak) {
  const auto end = initialized(configured(json::object()), {{"protocolVersion", 2}});

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(end.ended->reason.detail, HasSubstr("version 2"));
}

TEST_F(AcpOpening, PutsTheSessionIntoItsMode) {
  const auto plan = configured({{"permission_mode", "careful"}});
  const json modes{{"availableModes", json::array({{{"id", "careful"}}})}};

  initialized(plan, able(json::object()));
  const auto sets = c_->print(reply(1, {{"sessionId", "s1"}, {"modes", modes}}));
  const auto prompts = c_->print(reply(2, json::object()));

  EXPECT_EQ(sent(sets)[0]["method"], "session/set_mode");
  EXPECT_EQ(sent(sets)[0]["params"]["modeId"], "careful");
  EXPECT_EQ(sent(prompts)[0]["method"], "session/prompt");
}

TEST_F(AcpOpening, TakesAnOptionForAMode) {
  const auto plan = configured({{"permission_mode", "build"}});
  const json option{
    {"id", "agent"},
    {"category", "mode"},
    {"options", json::array({{{"value", "build"}}})}};

  initialized(plan, able(json::object()));
  const auto sets = c_->print(
    reply(1, {{"sessionId", "s1"}, {"configOptions", json::array({option})}}));

  EXPECT_EQ(sent(sets)[0]["method"], "session/set_config_option");
  EXPECT_EQ(sent(sets)[0]["params"]["configId"], "agent");
  EXPECT_EQ(sent(sets)[0]["params"]["value"], "build");
}

TEST_F(AcpOpening, NamesTheModesThereAre) {
  const auto plan = configured({{"permission_mode", "wild"}});
  const json modes{{"availableModes", json::array({{{"id", "careful"}}})}};

  initialized(plan, able(json::object()));
  const auto end = c_->print(reply(1, {{"sessionId", "s1"}, {"modes", modes}}));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::agent_error);
  EXPECT_THAT(end.ended->reason.detail, HasSubstr("no mode wild"));
  EXPECT_THAT(end.ended->reason.detail, HasSubstr("careful"));
}

TEST_F(AcpOpening, SendsNoPromptAfterAnInterrupt) {
  initialized(configured(json::object()), able(json::object()));

  c_->say(input_kind::interrupt);
  const auto end = c_->print(reply(1, {{"sessionId", "s1"}}));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.detail, "interrupted");
  EXPECT_THAT(end.lines, IsEmpty());
}

} // namespace
} // namespace troupe::agents::acp
