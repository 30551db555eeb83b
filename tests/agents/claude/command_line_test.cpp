#include "agents/claude/command_line.hpp"

#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::claude {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::vector<std::string> argv_of(const attempt_plan& plan) {
  const auto line = start(plan);
  return line ? line->argv : std::vector<std::string>{line.error().message};
}

std::string refusal(const json& config) {
  const auto line = start(configured(config));
  return line ? "" : line.error().message;
}

TEST(ClaudeCommandLine, SpeaksStreamJsonAndAsksOnStdio) {
  EXPECT_THAT(
    argv_of(configured(json::object())),
    ElementsAre(
      "claude",
      "-p",
      "--input-format",
      "stream-json",
      "--output-format",
      "stream-json",
      "--verbose",
      "--permission-prompt-tool",
      "stdio"));
}

TEST(ClaudeCommandLine, MakesOrResumesASession) {
  attempt_plan plan;
  plan.session = "abc";
  EXPECT_THAT(argv_of(plan), IsSupersetOf({"--session-id", "abc"}));

  plan.resume = true;
  EXPECT_THAT(argv_of(plan), IsSupersetOf({"--resume", "abc"}));
}

TEST(ClaudeCommandLine, StartsTheConfiguredProgram) {
  attempt_plan plan;
  plan.command = {"/opt/claude", "--bare"};

  EXPECT_THAT(argv_of(plan), IsSupersetOf({"/opt/claude", "--bare", "-p"}));
}

TEST(ClaudeCommandLine, TakesWhatTheConfigurationAsksFor) {
  auto plan = configured(
    {{"model", "opus"},
     {"permission_mode", "acceptEdits"},
     {"max_turns", 3},
     {"allowed_tools", {"Bash(git *)", "Read"}},
     {"append_system_prompt", "- be brief"},
     {"args", {"--effort", "high"}}});
  plan.permissions.deny = {"WebFetch"};
  plan.persona = "You review.";
  plan.output_schema = raw_json{R"({"type":"object"})"};

  EXPECT_THAT(
    argv_of(plan),
    ElementsAre(
      "claude",
      "-p",
      "--input-format",
      "stream-json",
      "--output-format",
      "stream-json",
      "--model",
      "opus",
      "--permission-mode",
      "acceptEdits",
      "--max-turns",
      "3",
      "--allowedTools",
      "Bash(git *)",
      "Read",
      "--disallowedTools",
      "WebFetch",
      "--verbose",
      "--permission-prompt-tool",
      "stdio",
      "--append-system-prompt",
      "You review.\n\n- be brief",
      "--json-schema",
      R"({"type":"object"})",
      "--effort",
      "high"));
}

TEST(ClaudeCommandLine, BypassesOnlyWhenAskedByName) {
  EXPECT_THAT(
    argv_of(configured({{"permission_mode", "bypassPermissions"}})),
    IsSupersetOf({"--permission-mode", "bypassPermissions"}));
  EXPECT_EQ(
    refusal({{"args", {"--dangerously-skip-permissions"}}}),
    "backend_config.args[0]: --dangerously-skip-permissions is not taken here; use "
    "permission_mode: bypassPermissions");
}

TEST(ClaudeCommandLine, RefusesWhatWouldChangeTheProtocol) {
  for (const auto word :
       {"-p", "--resume", "--output-format=text", "--permission-mode", "-c"})
    EXPECT_THAT(refusal({{"args", {"--bare", word}}}), HasSubstr("args[1]")) << word;
}

TEST(ClaudeCommandLine, NamesTheNearestRightWord) {
  EXPECT_EQ(
    refusal({{"modl", "opus"}}),
    "backend_config.modl: unknown field; did you mean model?");
  EXPECT_THAT(
    refusal({{"permission_mode", "bypassPermission"}}),
    HasSubstr("did you mean bypassPermissions?"));
  EXPECT_THAT(refusal({{"model", "--x"}}), HasSubstr("backend_config.model"));
  EXPECT_THAT(refusal({{"max_turns", 0}}), HasSubstr("at least 1"));
  EXPECT_THAT(refusal({{"allowed_tools", {"-x"}}}), HasSubstr("allowed_tools"));
}

TEST(ClaudeCommandLine, HandsASessionOverToItsOwnTerminalProgram) {
  auto plan = configured(json::object());
  EXPECT_THAT(takeover(plan, "b1"), ElementsAre("claude", "--resume", "b1"));
  plan.command = {"/opt/claude", "--x"};

  EXPECT_THAT(
    takeover(plan, "b1"), ElementsAre("/opt/claude", "--x", "--resume", "b1"));
}

} // namespace

} // namespace troupe::agents::claude
