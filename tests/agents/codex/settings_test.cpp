#include "agents/codex/settings.hpp"
#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::codex {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal_of(const json& config) {
  const auto line = start(configured(config));
  return line ? "taken" : line.error().message;
}

TEST(CodexSettings, StartAServerOnStdio) {
  const auto plain = start({});
  auto plan = configured({{"args", {"-c", "model_verbosity=low"}}});
  plan.command = {"/opt/codex", "--profile=work"};
  const auto configured_line = start(plan);

  ASSERT_TRUE(plain && configured_line);
  EXPECT_THAT(plain->argv, ElementsAre("codex", "app-server"));
  EXPECT_THAT(
    configured_line->argv,
    ElementsAre(
      "/opt/codex", "--profile=work", "app-server", "-c", "model_verbosity=low"));
}

TEST(CodexSettings, RefuseWhatDoesNotFit) {
  EXPECT_THAT(refusal_of({{"modle", "x"}}), HasSubstr("model"));
  EXPECT_THAT(refusal_of({{"model", ""}}), HasSubstr("backend_config.model"));
  EXPECT_THAT(refusal_of({{"sandbox", "none"}}), HasSubstr("workspace-write"));
  EXPECT_THAT(refusal_of({{"approval_policy", "maybe"}}), HasSubstr("on-request"));
  EXPECT_THAT(refusal_of({{"config", "x=1"}}), HasSubstr("expected an object"));
  EXPECT_THAT(
    refusal_of({{"args", {"--listen=ws://x"}}}), HasSubstr("args[0]: --listen"));
}

TEST(CodexSettings, TellTheThreadWhatIsConfigured) {
  const auto params = thread_params(configured(
    {{"model", "m"},
     {"sandbox", "workspace-write"},
     {"approval_policy", "never"},
     {"developer_instructions", "be brief"},
     {"config", {{"model_reasoning_effort", "high"}}}}));

  EXPECT_EQ(
    print_json(params),
    R"({"cwd":"/work","approvalPolicy":"never","sandbox":"workspace-write","model":"m",)"
    R"("developerInstructions":"be brief",)"
    R"("config":{"model_reasoning_effort":"high"}})");
}

TEST(CodexSettings, TellThePersonaBeforeFurtherInstructions) {
  auto plan = configured({{"developer_instructions", "be brief"}});
  plan.persona = "You review.";

  EXPECT_EQ(thread_params(plan)["developerInstructions"], "You review.\n\nbe brief");
}

TEST(CodexSettings, HaveEverythingAskedWhereSomethingIsToBeDenied) {
  auto plan = configured(json::object());
  EXPECT_EQ(thread_params(plan)["approvalPolicy"], "on-request");
  plan.permissions.allow = {"Bash(git *)"};
  EXPECT_EQ(thread_params(plan)["approvalPolicy"], "on-request");
  plan.permissions.deny = {"Bash(rm *)"};
  EXPECT_EQ(thread_params(plan)["approvalPolicy"], "untrusted");
  plan.backend_config = {R"({"approval_policy":"on-request"})"};

  EXPECT_EQ(thread_params(plan)["approvalPolicy"], "on-request");
}

TEST(CodexSettings, HandAThreadOverToItsOwnTerminalProgram) {
  EXPECT_THAT(
    takeover(configured(json::object()), "t1"), ElementsAre("codex", "resume", "t1"));
}

} // namespace

} // namespace troupe::agents::codex
