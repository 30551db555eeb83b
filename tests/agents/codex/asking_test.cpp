#include "codex/talk.hpp"

namespace troupe::agents::codex {

namespace {

attempt_plan permitting(permission_policy policy) {
  return {.permissions = std::move(policy)};
}

class CodexPolicy : public Codex {
protected:
  CodexPolicy()
    : Codex(permitting(
        {.allow = {"Bash(git *)", "Write(/src/*)", "mcp__demo__put"},
         .ask = {},
         .deny = {"Bash(rm *)", "Edit(/src/secret)"}})) {}

  step changes(const json& change) {
    c_.print(
      item("started", {{"type", "fileChange"}, {"id", "f1"}, {"changes", {change}}}));
    return c_.print(
      {{"id", 3},
       {"method", "item/fileChange/requestApproval"},
       {"params", {{"turnId", "u1"}, {"itemId", "f1"}}}});
  }
  step calls(std::string_view tool) {
    return c_.print(
      {{"id", 4},
       {"method", "mcpServer/elicitation/request"},
       {"params",
        {{"turnId", "u1"},
         {"serverName", "demo"},
         {"_meta",
          {{"codex_approval_kind", "mcp_tool_call"},
           {"tool_name", tool},
           {"tool_params", {{"x", 1}}}}}}}});
  }
};

TEST_F(CodexPolicy, SettlesACommandByTheScriptInIt) {
  begin();

  EXPECT_THAT(
    c_.print(asks(0, "/bin/bash -lc 'git log'")).lines,
    ElementsAre(R"({"id":0,"result":{"decision":"accept"}})"));
  EXPECT_THAT(
    c_.print(asks(1, "/bin/bash -lc 'ls; rm -r x'")).lines,
    ElementsAre(R"({"id":1,"result":{"decision":"decline"}})"));
}

TEST_F(CodexPolicy, AsksAboutACommandThatCannotBeRead) {
  begin();
  const auto out = c_.print(asks(0, "/bin/bash -lc 'git log"));

  EXPECT_THAT(out.lines, IsEmpty());
  EXPECT_EQ(c_->pending().size(), 1u);
}

TEST_F(CodexPolicy, AsksAboutInputForACommandThatRuns) {
  begin();
  auto request = asks(0, "/bin/bash -lc 'git log'");
  request["params"]["kind"] = "writeStdin";

  EXPECT_THAT(c_.print(request).lines, IsEmpty());
}

TEST_F(CodexPolicy, SettlesChangesByEveryPathTheyTouch) {
  begin();

  EXPECT_THAT(
    changes({{"path", "/src/new"}, {"kind", {{"type", "add"}}}}).lines,
    ElementsAre(HasSubstr("accept")));
  EXPECT_THAT(
    changes({{"path", "/src/secret"}, {"kind", {{"type", "update"}}}}).lines,
    ElementsAre(HasSubstr("decline")));
  EXPECT_THAT(
    changes(
      {{"path", "/src/a"}, {"kind", {{"type", "update"}, {"move_path", "/src/b"}}}})
      .lines,
    IsEmpty());
}

TEST_F(CodexPolicy, SettlesAChangeAsItHasBecome) {
  begin();
  c_.print(item(
    "started",
    {{"type", "fileChange"},
     {"id", "f1"},
     {"changes", json::array({{{"path", "/src/new"}, {"kind", {{"type", "add"}}}}})}}));
  c_.print(notice(
    "item/fileChange/patchUpdated",
    {{"itemId", "f1"},
     {"changes",
      json::array({{{"path", "/src/secret"}, {"kind", {{"type", "update"}}}}})}}));
  const auto out = c_.print(
    {{"id", 3},
     {"method", "item/fileChange/requestApproval"},
     {"params", {{"turnId", "u1"}, {"itemId", "f1"}}}});

  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("decline")));
}

TEST_F(CodexPolicy, AsksAboutChangesThatWereNotToldBefore) {
  begin();
  const auto out = c_.print(
    {{"id", 3},
     {"method", "item/fileChange/requestApproval"},
     {"params", {{"turnId", "u1"}, {"itemId", "never told"}}}});

  EXPECT_THAT(out.lines, IsEmpty());
  EXPECT_EQ(c_->pending().size(), 1u);
}

TEST_F(CodexPolicy, SettlesACallOfAnMcpToolByItsName) {
  begin();

  EXPECT_THAT(calls("put").lines, ElementsAre(HasSubstr(R"("action":"accept")")));
  EXPECT_THAT(calls("take").lines, IsEmpty());
}

TEST_F(Codex, ShowsWhatWaitsUnderANameOfItsTurn) {
  begin();
  const auto out = c_.print(asks(0, "/bin/bash -lc 'touch x'"));

  ASSERT_EQ(c_->pending().size(), 1u);
  EXPECT_EQ(c_->pending().front().request_id, "u1/0");
  EXPECT_EQ(c_->pending().front().title, "Bash: touch x");
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("input_required")));
}

TEST_F(Codex, IsToldWhyACallWasDenied) {
  begin();
  c_.print(asks(0, "touch x"));
  const auto out = c_.answer({.decision = "deny", .message = "not in my house"});

  EXPECT_THAT(
    out.lines,
    ElementsAre(HasSubstr(R"("decision":"decline")"), HasSubstr("not in my house")));
  EXPECT_THAT(c_->pending(), IsEmpty());
}

TEST_F(Codex, IsDeniedACallWhoseInputWasChanged) {
  begin();
  c_.print(asks(0, "touch x"));
  const auto out = c_.answer(
    {.decision = "allow", .updated_input = raw_json{R"({"command":"touch y"})"}});

  EXPECT_THAT(
    out.lines, ElementsAre(HasSubstr(R"("decision":"decline")"), HasSubstr("touch y")));
}

TEST_F(Codex, RemembersLeaveForTheSessionAlone) {
  begin();
  c_.print(asks(0, "touch x"));

  EXPECT_THAT(
    c_.answer({.decision = "allow_always"}).lines,
    ElementsAre(R"({"id":0,"result":{"decision":"acceptForSession"}})"));
}

TEST_F(Codex, TakesAnAnswerInWordsForAFormOfOneField) {
  begin();
  c_.print(
    {{"id", 0},
     {"method", "mcpServer/elicitation/request"},
     {"params",
      {{"turnId", "u1"},
       {"message", "How many?"},
       {"requestedSchema", {{"properties", {{"n", {{"type", "integer"}}}}}}}}}});
  ASSERT_EQ(c_->pending().size(), 1u);
  EXPECT_EQ(c_->pending().front().kind, "question");

  EXPECT_THAT(
    c_.answer({.decision = "answer", .message = "7"}).lines,
    ElementsAre(HasSubstr(R"("action":"accept","content":{"n":7})")));
}

TEST_F(Codex, DeclinesAFormOfSeveralFieldsThatIsAnsweredInWords) {
  begin();
  c_.print(
    {{"id", 0},
     {"method", "mcpServer/elicitation/request"},
     {"params",
      {{"turnId", "u1"},
       {"requestedSchema",
        {{"properties", {{"a", json::object()}, {"b", json::object()}}}}}}}});
  const auto out = c_.answer({.decision = "answer", .message = "x"});

  EXPECT_THAT(out.lines, ElementsAre(HasSubstr("decline")));
  EXPECT_THAT(told(out), Contains(HasSubstr("answer_unfit")));
}

TEST_F(Codex, AnswersEveryQuestionByItsName) {
  begin();
  c_.print(
    {{"id", 0},
     {"method", "item/tool/requestUserInput"},
     {"params",
      {{"turnId", "u1"},
       {"questions", json::array({{{"id", "q1"}, {"question", "Which colour?"}}})}}}});
  EXPECT_EQ(c_->pending().front().title, "Which colour?");

  EXPECT_THAT(
    c_.answer({.decision = "answer", .message = "blue"}).lines,
    ElementsAre(R"({"id":0,"result":{"answers":{"q1":{"answers":["blue"]}}}})"));
}

TEST_F(Codex, GrantsAWiderSandboxForTheTurnOrNotAtAll) {
  const json request{
    {"id", 0},
    {"method", "item/permissions/requestApproval"},
    {"params",
     {{"turnId", "u1"}, {"permissions", {{"network", {{"enabled", true}}}}}}}};
  begin();
  c_.print(request);
  EXPECT_THAT(
    c_.answer({.decision = "allow"}).lines,
    ElementsAre(HasSubstr(R"("enabled":true}},"scope":"turn")")));
  c_.print(request);

  EXPECT_THAT(
    c_.answer({.decision = "deny"}).lines,
    ElementsAre(R"({"id":0,"result":{"permissions":{}}})"));
}

TEST_F(Codex, TakesBackWhatItNoLongerAsks) {
  begin();
  c_.print(asks(0, "touch x"));
  const auto out = c_.print(notice("serverRequest/resolved", {{"requestId", 0}}));

  EXPECT_THAT(c_->pending(), IsEmpty());
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("request_withdrawn")));
}

TEST_F(Codex, IsRefusedWhatNobodyCanAnswer) {
  begin();
  const auto out =
    c_.print({{"id", 7}, {"method", "attestation/generate"}, {"params", {}}});

  EXPECT_THAT(out.lines, ElementsAre(HasSubstr(R"({"id":7,"error":)")));
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("request_refused")));
}

TEST_F(Codex, WithdrawsWhatWaitsWhenItsTurnEnds) {
  begin();
  c_.print(asks(0, "touch x"));
  const auto out = c_.print(ended("u1", "completed"));

  EXPECT_THAT(c_->pending(), IsEmpty());
  EXPECT_THAT(told(out), Contains(HasSubstr("the turn has ended")));
}

} // namespace

} // namespace troupe::agents::codex
