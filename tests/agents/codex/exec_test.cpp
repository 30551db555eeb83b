#include "agents/codex/exec_command.hpp"
#include "conversation.hpp"

#include <gmock/gmock.h>

/// Its words are not those of the server (codex/talk.hpp).
namespace troupe::agents::codex::one_turn {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr auto began = R"({"type":"turn.started"})";
constexpr auto usage =
  R"({"input_tokens":100,"cached_input_tokens":40,"output_tokens":10})";

json thread(std::string_view id) {
  return {{"type", "thread.started"}, {"thread_id", id}};
}

json item(std::string_view when, json what) {
  return {{"type", "item." + std::string(when)}, {"item", std::move(what)}};
}

json said(std::string_view text) {
  return item("completed", {{"type", "agent_message"}, {"text", text}});
}

json completed() {
  return {{"type", "turn.completed"}, {"usage", json::parse(usage)}};
}

json failed(std::string_view words) {
  return {{"type", "turn.failed"}, {"error", {{"message", words}}}};
}

attempt_plan resuming(std::string session) {
  attempt_plan plan;
  plan.session = std::move(session);
  plan.resume = true;
  return plan;
}

std::vector<std::string> argv_of(const attempt_plan& plan) {
  const auto line = start_exec(plan);
  return line ? line->argv : std::vector{line.error().message};
}

std::string refusal_of(const json& config) {
  return argv_of(configured(config)).front();
}

class CodexExec : public testing::Test {
protected:
  explicit CodexExec(const attempt_plan& plan = {}) : c_("codex_exec", plan) {}

  void begin() {
    c_.turn("do it");
    c_.print(thread("t1"));
    c_.line(began);
  }

  exit_kind end_of(std::string_view words) {
    begin();
    return c_.print(failed(words)).ended->reason.reason;
  }

  conversation c_;
};

TEST(CodexExecCommand, IsOneTurnWithItsPromptOnStdin) {
  EXPECT_THAT(
    argv_of({}), ElementsAre("codex", "exec", "--json", "--skip-git-repo-check", "-"));
}

TEST(CodexExecCommand, SaysWhatIsConfiguredBeforeWhatIsResumed) {
  auto plan = resuming("t1");
  plan.command = {"/opt/codex"};
  plan.backend_config = {
    R"({"model":"m","sandbox":"workspace-write","args":["--profile","work"]})"};

  EXPECT_THAT(
    argv_of(plan),
    ElementsAre(
      "/opt/codex",
      "exec",
      "--json",
      "--skip-git-repo-check",
      "-m",
      "m",
      "-s",
      "workspace-write",
      "--profile",
      "work",
      "resume",
      "t1",
      "-"));
}

TEST(CodexExecCommand, SaysAWordForEachMemberOfItsConfiguration) {
  const auto argv = argv_of(configured(
    {{"config",
      {{"model_reasoning_effort", "high"},
       {"mcp_servers", {{"x", {{"args", {"a", 1}}, {"required", true}}}}}}}}));

  EXPECT_THAT(
    std::vector(argv.begin() + 4, argv.end()),
    ElementsAre(
      "-c",
      R"(model_reasoning_effort="high")",
      "-c",
      R"(mcp_servers.x.args=["a",1])",
      "-c",
      "mcp_servers.x.required=true",
      "-"));
}

TEST(CodexExecCommand, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal_of({{"modle", "x"}}), HasSubstr("model"));
  EXPECT_THAT(refusal_of({{"model", ""}}), HasSubstr("backend_config.model"));
  EXPECT_THAT(refusal_of({{"sandbox", "none"}}), HasSubstr("workspace-write"));
  EXPECT_THAT(refusal_of({{"args", {"resume"}}}), HasSubstr("args[0]: resume"));
  EXPECT_THAT(
    refusal_of({{"args", {"--output-last-message=/x"}}}),
    HasSubstr("args[0]: --output-last-message"));
  EXPECT_THAT(
    refusal_of({{"config", {{"a", {{"b c", 1}}}}}}),
    HasSubstr("backend_config.config.a.b c"));
  EXPECT_THAT(
    refusal_of({{"config", {{"a", nullptr}}}}), HasSubstr("backend_config.config.a"));
  EXPECT_THAT(
    refusal_of({{"config", {{"a", json::array({json::object()})}}}}),
    HasSubstr("a list of these"));
}

TEST(CodexExecCommand, RefusesAPolicyThatItCannotHold) {
  attempt_plan plan;
  plan.permissions.allow = {"Bash"};
  EXPECT_EQ(argv_of(plan).front(), "codex");
  plan.permissions.ask = {"Edit"};
  EXPECT_THAT(argv_of(plan).front(), HasSubstr("permissions.ask"));
  plan.permissions.deny = {"Bash(rm *)"};
  EXPECT_THAT(argv_of(plan).front(), HasSubstr("permissions.deny"));
}

TEST_F(CodexExec, IsGivenItsPromptAndNothingMore) {
  const auto first = c_.turn("one\ntwo");
  const auto second = c_.turn("three");

  EXPECT_THAT(first.lines, ElementsAre("one", "two"));
  EXPECT_TRUE(first.close_stdin);
  EXPECT_THAT(second.lines, IsEmpty());
  EXPECT_THAT(told(second), ElementsAre(HasSubstr("turn_refused")));
  EXPECT_FALSE(c_->takes_turns());
}

TEST_F(CodexExec, AnswersWithWhatItSaidLast) {
  begin();
  c_.print(said("looking"));
  c_.print(said("done"));
  const auto out = c_.print(completed());

  ASSERT_TRUE(out.ended);
  EXPECT_EQ(out.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(out.ended->result.final_response, "done");
  EXPECT_EQ(out.ended->result.usage, (token_usage{60, 10, 40}));
  EXPECT_EQ(c_->ended({.code = 0}).reason, exit_kind::completed);
}

TEST_F(CodexExec, HasASessionOnceItsPromptIsOnDisk) {
  begin();
  EXPECT_FALSE(c_->session());
  c_.print(said("looking"));

  EXPECT_EQ(c_->session(), "t1");
}

TEST_F(CodexExec, CountsAToolThatRuns) {
  begin();
  const json command{
    {"id", "item_0"},
    {"type", "command_execution"},
    {"command", "/bin/bash -lc 'git log'"},
    {"aggregated_output", "x\n"},
    {"exit_code", 0},
    {"status", "completed"}};
  const auto started = c_.print(item("started", command));
  EXPECT_EQ(c_->open_tools(), 1);
  const auto finished = c_.print(item("completed", command));

  EXPECT_EQ(c_->open_tools(), 0);
  EXPECT_THAT(
    told(started),
    ElementsAre(R"(command_started {"command":"git log","tool_use_id":"item_0"})"));
  EXPECT_THAT(
    told(finished),
    ElementsAre(R"(command_finished {"command":"git log","output":"x\n",)"
                R"("is_error":false,"tool_use_id":"item_0","exit_code":0})"));
}

TEST_F(CodexExec, TellsWhatItHasToDo) {
  begin();
  const json list = json::array(
    {{{"text", "read"}, {"completed", true}},
     {{"text", "write"}, {"completed", false}}});

  EXPECT_THAT(
    told(c_.print(item("updated", {{"type", "todo_list"}, {"items", list}}))),
    ElementsAre(R"(todo_updated {"todos":[{"content":"read","status":"completed"},)"
                R"({"content":"write","status":"pending"}]})"));
}

TEST_F(CodexExec, TakesAnErrorForAWarningUntilTheTurnHasFailed) {
  begin();
  const auto retry =
    c_.print({{"type", "error"}, {"message", "Reconnecting... 1/5 (x)"}});
  const auto warned =
    c_.print(item("completed", {{"type", "error"}, {"message", "old model"}}));

  EXPECT_THAT(told(retry), ElementsAre(HasSubstr("api_retry")));
  EXPECT_THAT(told(warned), ElementsAre(HasSubstr("old model")));
  EXPECT_FALSE(retry.ended || warned.ended);
}

TEST_F(CodexExec, GoesByTheStatusInItsWords) {
  EXPECT_EQ(end_of("unexpected status 401 Unauthorized: no, url: x"), exit_kind::auth);
}

TEST_F(CodexExec, KnowsALimitThatItRanInto) {
  EXPECT_EQ(
    end_of("exceeded retry limit, last status: 429 Too Many Requests"),
    exit_kind::rate_limited);
}

TEST_F(CodexExec, KnowsThatAServiceIsOverloaded) {
  EXPECT_EQ(
    end_of("unexpected status 503 Service Unavailable: x"), exit_kind::overloaded);
}

TEST_F(CodexExec, HasCrashedIfItEndsInItsTurn) {
  begin();

  EXPECT_EQ(c_->ended({.code = 1}).reason, exit_kind::crashed);
  EXPECT_EQ(c_->ended({.signal = 9}).reason, exit_kind::crashed);
}

TEST_F(CodexExec, SurvivesWhatItDoesNotKnow) {
  begin();

  EXPECT_EQ(c_.print({{"type", "thread.renamed"}}).events.size(), 1U);
  EXPECT_THAT(c_.print({{"type", "thread.renamed"}}).events, IsEmpty());
  EXPECT_THAT(told(c_.line("{\"type\":")), ElementsAre(HasSubstr("\"raw\":true")));
}

class CodexExecResumed : public CodexExec {
protected:
  CodexExecResumed() : CodexExec(resuming("t1")) {}
};

TEST_F(CodexExecResumed, DoesNotCountWhatItsThreadHadSpentBefore) {
  begin();
  const auto out = c_.print(completed());

  ASSERT_TRUE(out.ended);
  EXPECT_FALSE(out.ended->result.usage);
  EXPECT_EQ(c_->usage(), (attempt_usage{.turns = 1, .tokens = {}, .cost_usd = {}}));
}

TEST_F(CodexExecResumed, SaysSoIfItsThreadIsNotKnown) {
  c_.turn("go on");
  const auto reason = c_->ended(
    {.code = 1,
     .stderr_tail = "Error: thread/resume: thread/resume failed: no rollout found for "
                    "thread id t1 (code -32600)\n"});

  EXPECT_EQ(reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(reason.detail, HasSubstr("session t1 is not known any more"));
  EXPECT_EQ(reason.session_lost, true);
  EXPECT_EQ(reason.code, 1);
}

TEST_F(CodexExecResumed, SaysSoIfAnotherProcessHoldsItsThread) {
  c_.turn("go on");
  const auto reason = c_->ended(
    {.code = 1, .stderr_tail = "Error: thread t1 already has an active writer\n"});

  EXPECT_EQ(reason.reason, exit_kind::protocol_error);
  EXPECT_THAT(reason.detail, HasSubstr("active writer"));
  EXPECT_EQ(reason.session_lost, std::nullopt);
}

} // namespace

} // namespace troupe::agents::codex::one_turn
