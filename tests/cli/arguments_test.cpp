#include "cli/arguments.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

std::variant<invocation, advice> read(std::vector<const char*> words) {
  words.insert(words.begin(), "troupe");
  return read_arguments(static_cast<int>(words.size()), words.data());
}

template <class Options>
Options options_of(std::vector<const char*> words) {
  const auto found = read(std::move(words));
  const auto* order = std::get_if<invocation>(&found);
  EXPECT_TRUE(order) << std::get<advice>(found).text;
  if (!order)
    return {};
  const auto* options = std::get_if<Options>(&order->what);
  EXPECT_TRUE(options);
  return options ? *options : Options{};
}

int code_of(std::vector<const char*> words) {
  const auto found = read(std::move(words));
  const auto* told = std::get_if<advice>(&found);
  return told ? told->code : -1;
}

} // namespace

TEST(Arguments, TakeAPromptOfSeveralWords) {
  const auto run = options_of<run_options>(
    {"run", "-d", "--model", "opus", "--allow", "Bash(git *)", "fix", "the", "bug"});
  EXPECT_EQ(run.prompt, (std::vector<std::string>{"fix", "the", "bug"}));
  EXPECT_EQ(run.allow, std::vector<std::string>{"Bash(git *)"});
  EXPECT_EQ(run.model, "opus");
  EXPECT_TRUE(run.detach);
}

TEST(Arguments, LeaveWhatFollowsTheDashesToTheProgram) {
  const auto run =
    options_of<run_options>({"run", "--", "make", "-j2", "--", "--json"});
  EXPECT_EQ(run.argv, (std::vector<std::string>{"make", "-j2", "--", "--json"}));
  EXPECT_TRUE(run.prompt.empty());
  EXPECT_FALSE(run.as_json);
}

TEST(Arguments, TakeTheStateDirectoryOnEitherSide) {
  for (const auto& words :
       {std::vector<const char*>{"--state-dir", "/s", "ps"},
        std::vector<const char*>{"ps", "--state-dir", "/s"}}) {
    const auto found = read(words);
    ASSERT_TRUE(std::holds_alternative<invocation>(found));
    EXPECT_EQ(std::get<invocation>(found).state_dir, "/s");
  }
}

TEST(Arguments, NameTheDaemonsVerb) {
  EXPECT_EQ(
    options_of<daemon_options>({"daemon", "restart"}).what, daemon_verb::restart);
  EXPECT_EQ(options_of<keeper_command>({"keeper", "--ready-fd", "3"}).ready_fd, 3);
}

TEST(Arguments, NameWhereTheDaemonServesHttp) {
  const auto bare = options_of<daemon_options>({"daemon", "--http", "127.0.0.1:7"});
  EXPECT_EQ(bare.what, daemon_verb::start);
  EXPECT_EQ(bare.http, "127.0.0.1:7");
  const auto again = options_of<daemon_options>(
    {"daemon", "restart", "--http", ":7", "--http-no-token"});
  EXPECT_EQ(again.what, daemon_verb::restart);
  EXPECT_EQ(again.http, ":7");
  EXPECT_TRUE(again.http_no_token);
  EXPECT_TRUE(options_of<daemon_options>({"daemon", "url", "--json"}).as_json);
  EXPECT_EQ(code_of({"daemon", "stop", "--http", ":7"}), exit_usage);
}

TEST(Arguments, TellWhichClientIsSetUpAndHow) {
  const auto claude = options_of<setup_options>({"setup", "claude"});
  EXPECT_EQ(claude.client, client_program::claude);
  EXPECT_EQ(claude.name, "troupe");
  EXPECT_FALSE(claude.project || claude.http || claude.remove || claude.dry_run);
  const auto codex = options_of<setup_options>(
    {"setup", "codex", "--project", "--standalone", "--toolsets", "all", "--dry-run"});
  EXPECT_EQ(codex.client, client_program::codex);
  EXPECT_TRUE(codex.project && codex.standalone && codex.dry_run);
  EXPECT_EQ(codex.toolsets, "all");
  EXPECT_EQ(
    options_of<setup_options>({"setup", "gemini", "--remove"}).client,
    client_program::gemini);
  EXPECT_EQ(code_of({"setup"}), exit_usage);
  EXPECT_EQ(code_of({"setup", "nobody"}), exit_usage);
  EXPECT_EQ(code_of({"setup", "claude", "--http", "--standalone"}), exit_usage);
}

TEST(Arguments, TellWhetherTheServerHasADaemonOfItsOwn) {
  EXPECT_TRUE(options_of<mcp_options>({"mcp", "--standalone"}).standalone);
  EXPECT_FALSE(options_of<mcp_options>({"mcp"}).standalone);
}

TEST(Arguments, TakeAnAnswerAsText) {
  const auto answer =
    options_of<answer_options>({"answer", "r_1", "deny:", "too", "late"});
  EXPECT_EQ(answer.run, "r_1");
  EXPECT_EQ(answer.text, (std::vector<std::string>{"deny:", "too", "late"}));
}

TEST(Arguments, AreRefusedWithCodeTwo) {
  EXPECT_EQ(code_of({}), exit_usage);
  EXPECT_EQ(code_of({"dance"}), exit_usage);
  EXPECT_EQ(code_of({"run"}), exit_usage);
  EXPECT_EQ(code_of({"run", "--"}), exit_usage);
  EXPECT_EQ(code_of({"run", "prompt", "--", "true"}), exit_usage);
  EXPECT_EQ(code_of({"wait"}), exit_usage);
  EXPECT_EQ(code_of({"wait", "r_1", "--timeout", "soon"}), exit_usage);
  EXPECT_EQ(code_of({"daemon"}), exit_usage);
  EXPECT_EQ(code_of({"logs", "r_1", "-n", "-1"}), exit_usage);
  EXPECT_EQ(code_of({"wait", "r_1", "--timeout", "-5"}), exit_usage);
}

TEST(Arguments, AreRefusedByName) {
  const auto said = [](std::vector<const char*> words) {
    const auto found = read(std::move(words));
    const auto& text = std::get<advice>(found).text;
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(said({}), "troupe: a command is needed");
  EXPECT_EQ(said({"dan\x1b[1mce"}), "troupe: no such command or option: dan\\x1b[1mce");
  EXPECT_EQ(said({"ps", "--no"}), "troupe: no such command or option: --no");
  EXPECT_EQ(said({"wait"}), "troupe: wait: RUN is required");
}

TEST(Arguments, TellTheVersionAsAFlagToo) {
  const auto found = read({"--version"});
  ASSERT_TRUE(std::holds_alternative<advice>(found));
  EXPECT_EQ(std::get<advice>(found).code, exit_ok);
  EXPECT_EQ(std::get<advice>(found).text, "troupe " TROUPE_VERSION "\n");
}

TEST(Arguments, HelpNamesTheExitCodes) {
  const auto found = read({"--help"});
  ASSERT_TRUE(std::holds_alternative<advice>(found));
  const auto& told = std::get<advice>(found);
  EXPECT_EQ(told.code, exit_ok);
  EXPECT_NE(told.text.find("124 timeout"), std::string::npos);
  EXPECT_EQ(told.text.find("Internal"), std::string::npos);
}

} // namespace troupe::cli
