#include "tests/cli/fake_daemon.hpp"

#include "cli/client_file.hpp"

#include <ctime>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <sys/stat.h>
#include <utime.h>

namespace troupe {

namespace {

using namespace testing;
namespace fs = std::filesystem;

/// The real program in a home of its own.
class setup : public ::testing::Test {
protected:
  struct outcome {
    int code = -1;
    std::string out;
    std::string err;
  };

  outcome run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {troupe_program(), "setup"});
    arguments.insert(arguments.end(), {"--state-dir", place_.state()});
    program ran(arguments, environment_);
    ran.in.end();
    outcome all;
    while (const auto line = ran.out.line())
      all.out += *line + "\n";
    while (const auto line = ran.err.line())
      all.err += *line + "\n";
    all.code = ran.exit_code();
    return all;
  }

  [[nodiscard]] fs::path home(const std::string& file) const {
    return place_.path() / file;
  }

  static std::string text_of(const fs::path& file) {
    std::ifstream from(file);
    std::ostringstream text;
    text << from.rdbuf();
    return text.str();
  }

  static void put(const fs::path& file, const std::string& text) {
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }

  static unsigned mode_of(const fs::path& file) {
    struct stat facts {};
    return ::stat(file.c_str(), &facts) == 0 ? facts.st_mode & 07777U : 0U;
  }

  meeting_place place_;
  std::vector<std::string> environment_{
    "PATH=/usr/bin:/bin",
    "HOME=" + place_.path().string(),
    "XDG_RUNTIME_DIR=" + place_.path().string()};
};

} // namespace

TEST_F(setup, EntersTheServerInEachClientOnceAndTakesItOutAgain) {
  const std::vector<std::pair<std::string, std::string>> clients{
    {"claude", ".claude.json"},
    {"codex", ".codex/config.toml"},
    {"gemini", ".gemini/settings.json"}};
  for (const auto& [client, name] : clients) {
    const auto file = home(name);
    const std::string before = client == "codex" ? "a = 1\n" : "{\n  \"a\": 1\n}\n";
    put(file, before);
    fs::permissions(file, fs::perms(0640));

    const auto first = run({client});
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_NE(first.out.find("+++ "), std::string::npos) << first.out;
    EXPECT_NE(first.out.find("troupe setup " + client + " --remove"), first.out.npos);
    const auto after = text_of(file);
    for (const auto* word : {"mcp", "--state-dir", "XDG_RUNTIME_DIR"})
      EXPECT_NE(after.find(word), std::string::npos) << after;
    EXPECT_NE(after.find(troupe_program()), std::string::npos) << after;
    EXPECT_EQ(mode_of(file), 0640U) << client;

    const auto again = run({client});
    EXPECT_EQ(again.code, 0) << again.err;
    EXPECT_NE(again.out.find("says so already"), std::string::npos) << again.out;
    EXPECT_EQ(text_of(file), after);

    EXPECT_EQ(run({client, "--remove"}).code, 0);
    EXPECT_EQ(text_of(file), before);
    EXPECT_EQ(run({client, "--remove"}).code, 0) << "there is nothing to do";
    EXPECT_EQ(text_of(file), before);
  }
}

TEST_F(setup, ShowsWhatItWouldDoAndDoesNothing) {
  const auto shown = run({"codex", "--dry-run"});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_NE(shown.out.find("+[mcp_servers.troupe]"), std::string::npos) << shown.out;
  EXPECT_NE(shown.out.find("nothing was written"), std::string::npos);
  EXPECT_FALSE(fs::exists(home(".codex")));
}

TEST_F(setup, MakesAFileThatIsNotThereAndRemovesIt) {
  EXPECT_EQ(run({"gemini", "--standalone", "--name", "agents"}).code, 0);
  const auto file = home(".gemini/settings.json");
  const auto made = json::parse(text_of(file)).at("mcpServers").at("agents");
  EXPECT_EQ(made.at("args"), json::array({"mcp", "--standalone"}));
  EXPECT_EQ(mode_of(file), 0600U);
  EXPECT_EQ(run({"gemini", "--remove", "--name", "agents"}).code, 0);
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(setup, LeavesABrokenFileAlone) {
  for (const auto& [client, name] : std::vector<std::pair<std::string, std::string>>{
         {"claude", ".claude.json"}, {"codex", ".codex/config.toml"}}) {
    const std::string broken = "{ \"a\": ";
    put(home(name), broken);
    for (const auto& words :
         {std::vector<std::string>{client},
          {client, "--remove"},
          {client, "--dry-run"}}) {
      const auto refused = run(words);
      EXPECT_EQ(refused.code, 1);
      EXPECT_NE(refused.err.find(name), std::string::npos) << refused.err;
      EXPECT_NE(refused.err.find("nothing was changed"), std::string::npos);
      EXPECT_EQ(text_of(home(name)), broken);
    }
  }
}

TEST_F(setup, FollowsALinkAndKeepsIt) {
  put(home("dotfiles/claude.json"), "{}\n");
  fs::create_symlink(home("dotfiles/claude.json"), home(".claude.json"));
  EXPECT_EQ(run({"claude"}).code, 0);
  EXPECT_TRUE(fs::is_symlink(home(".claude.json")));
  EXPECT_NE(text_of(home("dotfiles/claude.json")).find("troupe"), std::string::npos);
}

TEST_F(setup, GoesWhereTheClientSaysThatItsConfigurationIs) {
  environment_.push_back("CLAUDE_CONFIG_DIR=" + home("c").string());
  environment_.push_back("CODEX_HOME=" + home("x").string());
  EXPECT_EQ(run({"claude"}).code, 0);
  EXPECT_EQ(run({"codex"}).code, 0);
  EXPECT_TRUE(fs::exists(home("c/.claude.json")));
  EXPECT_TRUE(fs::exists(home("x/config.toml")));
}

TEST_F(setup, WithoutAnOpenDoorThereIsNoUrlToEnter) {
  const auto refused = run({"claude", "--http"});
  EXPECT_EQ(refused.code, 4);
  EXPECT_NE(refused.err.find("serves no HTTP"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(home(".claude.json")));
}

TEST_F(setup, EntersTheUrlAndDoesNotShowTheToken) {
  put(home("token"), "the-secret-token\n");
  put(
    fs::path(place_.state()) / "http.json",
    R"({"url":"http://127.0.0.1:7/mcp","token_file":")" + home("token").string() +
      "\"}");
  const auto done = run({"claude", "--http"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.out.find("the-secret-token"), std::string::npos) << done.out;
  const auto entry = json::parse(text_of(home(".claude.json"))).at("mcpServers");
  EXPECT_EQ(
    entry.at("troupe").at("headers").at("Authorization"), "Bearer the-secret-token");
}

TEST_F(setup, RefusesANameThatNoToolCanHave) {
  EXPECT_EQ(run({"claude", "--name", "a b"}).code, 1);
  EXPECT_EQ(run({"nobody"}).code, 2);
  EXPECT_EQ(run({"claude", "--http", "--standalone"}).code, 2);
}

TEST(ClientFile, IsNotWrittenOverWhatAnotherWrote) {
  const meeting_place place;
  const auto path = place.path() / "f";
  cli::client_file file(path.string(), false);
  const auto absent = file.read();
  ASSERT_TRUE(absent);
  std::ofstream(path) << "of another";
  const auto refused = file.replace(*absent, "ours");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::busy);
  EXPECT_EQ(*file.read(), "of another");
  EXPECT_TRUE(file.replace("of another", "ours"));
  EXPECT_EQ(*file.read(), "ours");
  EXPECT_TRUE(file.replace("ours", {}));
  EXPECT_EQ(*file.read(), std::nullopt);
}

TEST(ClientLock, IsADirectoryThatIsTakenOverWhenItIsOld) {
  const meeting_place place;
  const auto file = (place.path() / ".claude.json").string();
  {
    const auto held = cli::client_lock::take(file);
    ASSERT_TRUE(held);
    EXPECT_TRUE(fs::is_directory(file + ".lock"));
  }
  EXPECT_FALSE(fs::exists(file + ".lock"));
  fs::create_directory(file + ".lock");
  const auto long_ago = std::time(nullptr) - 60;
  const utimbuf times{long_ago, long_ago};
  ASSERT_EQ(utime((file + ".lock").c_str(), &times), 0);
  EXPECT_TRUE(cli::client_lock::take(file));
  EXPECT_FALSE(fs::exists(file + ".lock"));
}

} // namespace troupe
