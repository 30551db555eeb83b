#include "agents/acp/command_line.hpp"
#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::acp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const json& config) {
  const auto line = start(configured(config));
  return line ? "started " + line->argv.front() : line.error().message;
}

TEST(AcpCommandLine, StartsAKnownAgent) {
  EXPECT_THAT(
    start(configured({{"agent", "gemini"}}))->argv, ElementsAre("gemini", "--acp"));
  EXPECT_THAT(
    start(configured({{"agent", "opencode"}, {"args", json::array({"-x"})}}))->argv,
    ElementsAre("opencode", "acp", "-x"));
}

TEST(AcpCommandLine, StartsAnyCommand) {
  const auto command = json::array({"node", "agent.js"});

  EXPECT_THAT(
    start(configured({{"command", command}}))->argv, ElementsAre("node", "agent.js"));
}

TEST(AcpCommandLine, TakesTheConfiguredCommand) {
  auto plan = configured(json::object());
  plan.command = {"my-agent"};

  EXPECT_THAT(start(plan)->argv, ElementsAre("my-agent"));
}

TEST(AcpCommandLine, SaysWhatIsMissing) {
  EXPECT_THAT(refusal(json::object()), HasSubstr("claude-agent-acp, codex-acp"));
}

TEST(AcpCommandLine, RefusesWhatItDoesNotKnow) {
  EXPECT_THAT(refusal({{"agent", "gemin"}}), HasSubstr("gemini"));
  EXPECT_THAT(
    refusal({{"agent", "goose"}, {"protocol_version", 3}}),
    HasSubstr("must be 1 or 2"));
  EXPECT_THAT(
    refusal({{"agent", "goose"}, {"command", json::array({"x"})}}),
    HasSubstr("either agent or command"));
  EXPECT_THAT(
    refusal({{"agent", "goose"}, {"permission_mode", ""}}),
    HasSubstr("permission_mode"));
}

} // namespace
} // namespace troupe::agents::acp
