#include "agents/claude/control.hpp"

#include "agents/claude/messages.hpp"
#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::claude {

namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

json wish(std::string_view id, std::string_view tool, json input) {
  return {
    {"request_id", id},
    {"request",
     {{"subtype", "can_use_tool"},
      {"tool_name", tool},
      {"input", std::move(input)},
      {"permission_suggestions",
       json::array(
         {{{"type", "addRules"},
           {"behavior", "allow"},
           {"rules", json::array()},
           {"destination", "localSettings"}},
          {{"type", "setMode"}, {"mode", "acceptEdits"}}})}}}};
}

std::string allowed(std::string_view id, std::string_view rest) {
  return R"({"type":"control_response","response":{"subtype":"success",)"
         R"("request_id":")" +
         std::string(id) + R"(","response":{"behavior":"allow",)" + std::string(rest) +
         "}}}";
}

std::string denied(std::string_view id, std::string_view message) {
  return R"({"type":"control_response","response":{"subtype":"success",)"
         R"("request_id":")" +
         std::string(id) + R"(","response":{"behavior":"deny","message":")" +
         std::string(message) + R"("}}})";
}

class ClaudeControl : public testing::Test {
protected:
  step ask(const json& line) {
    step out;
    control_.request(line, messages_, out);
    return out;
  }
  std::vector<std::string> answer(const request_answer& given) {
    step out;
    control_.answer(given, out);
    told_ = told(out);
    return out.lines;
  }
  const std::vector<pending_request>& pending() const {
    return control_.waiting().all();
  }

  messages messages_;
  std::vector<std::string> told_; ///< Of the last answer.
  control control_{{.allow = {"Read"}, .deny = {"Bash(rm *)"}}};
};

const json questions{
  {"questions", json::array({{{"question", "Colour?"}}, {{"question", "Size?"}}})}};

TEST_F(ClaudeControl, AsksWhatThePolicyDoesNotSettle) {
  const auto out = ask(wish("r1", "Bash", {{"command", "make"}}));

  EXPECT_THAT(out.lines, IsEmpty());
  ASSERT_EQ(pending().size(), 1u);
  const auto& request = pending().front();
  EXPECT_EQ(request.kind, "permission");
  EXPECT_EQ(request.title, "Bash: make");
  EXPECT_THAT(request.options, ElementsAre("allow", "deny", "allow_always"));
  EXPECT_THAT(
    told(out),
    ElementsAre(HasSubstr(R"(input_required {"request_id":"r1","kind":"permission")")));
}

TEST_F(ClaudeControl, AllowsAndDeniesByPolicyAtOnce) {
  EXPECT_THAT(
    ask(wish("r1", "Read", {{"file_path", "/a"}})).lines,
    ElementsAre(allowed("r1", R"("updatedInput":{"file_path":"/a"})")));
  EXPECT_THAT(
    ask(wish("r2", "Bash", {{"command", "rm x"}})).lines,
    ElementsAre(denied("r2", "Denied by the permissions of this run.")));
  EXPECT_THAT(pending(), IsEmpty());
}

TEST_F(ClaudeControl, TellsWhatThePolicySettled) {
  EXPECT_THAT(
    told(ask(wish("r1", "Read", {{"file_path", "/a"}}))),
    ElementsAre(R"(message_added {"decision":"allow","role":"policy",)"
                R"("request_id":"r1","title":"Read: /a"})"));
  EXPECT_THAT(
    told(ask(wish("r2", "Bash", {{"command", "rm x"}}))),
    ElementsAre(R"(message_added {"decision":"deny","role":"policy",)"
                R"("request_id":"r2","title":"Bash: rm x"})"));
}

TEST_F(ClaudeControl, TellsWhatAPersonSettled) {
  ask(wish("r1", "Bash", {{"command", "a"}}));
  ask(wish("r2", "Bash", {{"command", "b"}}));
  ask(wish("r3", "AskUserQuestion", questions));

  answer({.request_id = "r2", .decision = "allow_always"});
  EXPECT_THAT(
    told_,
    ElementsAre(R"(message_added {"request_id":"r2","decision":"allow_always",)"
                R"("role":"user","title":"Bash: b"})"));
  answer({.decision = "maybe", .message = "not so"});
  EXPECT_THAT(
    told_,
    ElementsAre(R"(message_added {"decision":"deny","message":"not so",)"
                R"("role":"user","request_id":"r1","title":"Bash: a"})"))
    << "what was made of it";
  answer({.decision = "allow", .message = "Blue"});
  EXPECT_THAT(told_, ElementsAre(HasSubstr(R"("decision":"answer","message":"Blue")")));
  answer({.decision = "allow"});
  EXPECT_THAT(told_, IsEmpty()) << "nothing was asked";
}

TEST_F(ClaudeControl, GivesAnswersToTheOldestUnlessNamed) {
  ask(wish("r1", "Bash", {{"command", "a"}}));
  ask(wish("r2", "Bash", {{"command", "b"}}));

  EXPECT_THAT(
    answer({.request_id = "r2", .decision = "deny", .message = "not now"}),
    ElementsAre(denied("r2", "not now")));
  EXPECT_THAT(
    answer({.decision = "allow"}),
    ElementsAre(allowed("r1", R"("updatedInput":{"command":"a"})")));
  EXPECT_THAT(answer({.decision = "allow"}), IsEmpty());
}

TEST_F(ClaudeControl, IgnoresAnAnswerToWhatIsNotAsked) {
  ask(wish("r1", "Bash", {{"command", "a"}}));

  EXPECT_THAT(answer({.request_id = "r9", .decision = "allow"}), IsEmpty());
  EXPECT_EQ(pending().size(), 1u);
}

TEST_F(ClaudeControl, ChangesTheInputOnRequest) {
  ask(wish("r1", "Bash", {{"command", "a"}}));

  EXPECT_THAT(
    answer({.decision = "allow", .updated_input = raw_json{R"({"command":"b"})"}}),
    ElementsAre(allowed("r1", R"("updatedInput":{"command":"b"})")));
}

TEST_F(ClaudeControl, AllowsAlwaysByRulesOfThisSessionOnly) {
  ask(wish("r1", "Bash", {{"command", "a"}}));

  EXPECT_THAT(
    answer({.decision = "allow_always"}),
    ElementsAre(allowed(
      "r1",
      R"("updatedInput":{"command":"a"},"updatedPermissions":[{"type":"addRules",)"
      R"("behavior":"allow","rules":[],"destination":"session"}])")));
}

TEST_F(ClaudeControl, DeniesWhatIsNotAnAllowingWord) {
  ask(wish("r1", "Bash", {{"command", "a"}}));

  EXPECT_THAT(
    answer({.decision = "answer", .message = "maybe"}),
    ElementsAre(denied("r1", "maybe")));
}

TEST_F(ClaudeControl, AsksQuestionsEvenIfAllowed) {
  control all({.allow = {"*"}});
  step out;
  all.request(wish("r1", "AskUserQuestion", questions), messages_, out);

  ASSERT_EQ(all.waiting().all().size(), 1u);
  EXPECT_EQ(all.waiting().all().front().kind, "question");
  EXPECT_EQ(all.waiting().all().front().title, "Colour?");
}

TEST_F(ClaudeControl, GivesOneLineToEachQuestion) {
  ask(wish("r1", "AskUserQuestion", questions));

  EXPECT_THAT(
    answer({.decision = "answer", .message = "Blue\nBig"}),
    ElementsAre(HasSubstr(R"("answers":{"Colour?":"Blue","Size?":"Big"})")));
}

TEST_F(ClaudeControl, TakesAnswersAsData) {
  ask(wish("r1", "AskUserQuestion", questions));

  EXPECT_THAT(
    answer(
      {.decision = "answer",
       .updated_input = raw_json{R"({"answers":{"Colour?":"Red"}})"}}),
    ElementsAre(HasSubstr(R"("answers":{"Colour?":"Red"})")));
}

TEST_F(ClaudeControl, ShowsThePlanThatIsToBeApproved) {
  step out;
  messages_.assistant(
    {{"message",
      {{"content",
        json::array(
          {{{"type", "tool_use"},
            {"id", "t1"},
            {"name", "ExitPlanMode"},
            {"input", {{"plan", "1. do it"}}}}})}}}},
    out);
  auto line = wish("r1", "ExitPlanMode", json::object());
  line["request"]["tool_use_id"] = "t1";

  ask(line);

  ASSERT_EQ(pending().size(), 1u);
  EXPECT_EQ(pending().front().title, "Carry out the plan? 1. do it");
  EXPECT_THAT(
    answer({.decision = "allow"}), ElementsAre(allowed("r1", R"("updatedInput":{})")));
}

TEST_F(ClaudeControl, WithdrawsACancelledRequest) {
  ask(wish("r1", "Bash", {{"command", "a"}}));
  step out;

  control_.cancel({{"request_id", "r1"}}, out);
  control_.cancel({{"request_id", "r1"}}, out);

  EXPECT_THAT(pending(), IsEmpty());
  EXPECT_THAT(
    told(out),
    ElementsAre(R"(warning {"kind":"request_withdrawn","request_id":"r1",)"
                R"("title":"Bash: a","why":"the agent took it back"})"));
}

TEST_F(ClaudeControl, RefusesRequestsItKnowsNothingOf) {
  for (const auto subtype : {"hook_callback", "mcp_message", "elicitation", "new"})
    EXPECT_THAT(
      ask({{"request_id", "r1"}, {"request", {{"subtype", subtype}}}}).lines,
      ElementsAre(HasSubstr(R"("subtype":"error","request_id":"r1")")))
      << subtype;
}

TEST_F(ClaudeControl, DeniesWhenTooManyWait) {
  for (int i = 0; i < 64; ++i)
    ask(wish("r" + std::to_string(i), "Bash", {{"command", "a"}}));

  const auto out = ask(wish("late", "Bash", {{"command", "a"}}));

  EXPECT_THAT(
    out.lines, ElementsAre(denied("late", "Too many requests wait for an answer.")));
  EXPECT_THAT(told(out), Contains(HasSubstr("request_refused")));
}

TEST_F(ClaudeControl, NumbersItsInterrupts) {
  step out;
  control_.interrupt(out);
  control_.interrupt(out);

  EXPECT_THAT(
    out.lines,
    ElementsAre(
      R"({"type":"control_request","request_id":"i1",)"
      R"("request":{"subtype":"interrupt"}})",
      R"({"type":"control_request","request_id":"i2",)"
      R"("request":{"subtype":"interrupt"}})"));
}

} // namespace

} // namespace troupe::agents::claude
