#include "agents/account.hpp"

#include <gtest/gtest.h>

namespace troupe::agents {
namespace {

std::string claude(const environment& env) {
  return account_of("claude_code", "", env);
}

TEST(Account, IsToldByWhereTheLoginIs) {
  EXPECT_EQ(claude({{"HOME", "/a"}}), "claude_code:/a");
  EXPECT_EQ(claude({{"HOME", "/a"}, {"CLAUDE_CONFIG_DIR", "/b"}}), "claude_code:/b");
  EXPECT_EQ(claude({{"HOME", "/c"}, {"CLAUDE_CONFIG_DIR", "/b"}}), "claude_code:/b");
  EXPECT_EQ(claude({}), "claude_code");
}

TEST(Account, IsAnotherWithAnotherKeyAndNeverShowsIt) {
  const auto one = claude({{"HOME", "/a"}, {"ANTHROPIC_API_KEY", "sk-secret"}});
  const auto two = claude({{"HOME", "/a"}, {"ANTHROPIC_API_KEY", "sk-other"}});
  EXPECT_NE(one, two);
  EXPECT_NE(one, "claude_code:/a");
  EXPECT_EQ(one, claude({{"HOME", "/a"}, {"ANTHROPIC_API_KEY", "sk-secret"}}));
  EXPECT_EQ(one.find("secret"), std::string::npos);
}

TEST(Account, IsWhatTheConfigurationSays) {
  EXPECT_EQ(account_of("claude_code", "team", {{"HOME", "/a"}}), "team");
  EXPECT_EQ(account_of("process", "team", {}), "team");
}

TEST(Account, OfCodexIsWhereCodexKeepsItsLogin) {
  EXPECT_EQ(account_of("codex", "", {{"HOME", "/a"}}), "codex:/a");
  EXPECT_EQ(
    account_of("codex", "", {{"HOME", "/a"}, {"CODEX_HOME", "/b"}}), "codex:/b");
  EXPECT_NE(account_of("codex", "", {{"OPENAI_API_KEY", "sk-secret"}}), "codex");
  EXPECT_EQ(account_of("codex_exec", "", {{"HOME", "/a"}}), "codex:/a");
}

TEST(Account, IsNoneForWhatHasNoLogin) {
  EXPECT_EQ(account_of("process", "", {{"HOME", "/a"}}), "");
}

} // namespace
} // namespace troupe::agents
