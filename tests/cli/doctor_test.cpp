#include "cli/doctor.hpp"
#include "cli/keeper_command.hpp"
#include "cli/version_probe.hpp"
#include "tests/cli/fake_daemon.hpp"

#include <fstream>
#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

namespace fs = std::filesystem;

class doctor : public ::testing::Test {
protected:
  /// An executable shell script.
  std::string script(const std::string& name, const std::string& body) {
    const auto path = place_.path() / name;
    std::ofstream(path) << "#!/bin/sh\n" << body;
    fs::permissions(path, fs::perms::owner_all);
    return path;
  }

  testing::meeting_place place_;
};

} // namespace

TEST_F(doctor, FindsClaudeOnThePath) {
  const auto program = script("claude", "echo '9.8.7 (Claude Code)'");
  const auto found = judge_claude("", "/nowhere:" + place_.path().string());
  EXPECT_EQ(found.how, health::ok);
  EXPECT_EQ(found.detail, "9.8.7 (Claude Code), " + program);
}

TEST_F(doctor, WarnsWithoutClaudeAndSaysWhatToDo) {
  for (const auto* command : {"", "other", "/no/such/claude"}) {
    const auto found = judge_claude(command, "/nowhere");
    EXPECT_EQ(found.how, health::warn);
    EXPECT_NE(found.fix.value_or("").find("install"), std::string::npos);
    EXPECT_NE(found.detail.find(*command ? command : "PATH"), std::string::npos);
  }
}

TEST_F(doctor, FindsTheClaudeThatTheEnvironmentNames) {
  const auto program = script("other", "echo '1.2.3'");
  EXPECT_EQ(judge_claude(program, "/nowhere").detail, "1.2.3, " + program);
  const auto on_path = judge_claude("other", place_.path().string());
  EXPECT_EQ(on_path.detail, "1.2.3, " + program);
}

TEST_F(doctor, SaysNothingTwice) {
  const auto alone = place_.path() / "bin/troupe";
  fs::create_directories(alone.parent_path());
  fs::copy_file(testing::troupe_program(), alone);
  testing::program run(
    {alone, "doctor", "--json", "--state-dir", place_.state()},
    {"PATH=/nowhere", "XDG_RUNTIME_DIR=" + place_.path().string()});
  const auto all = run.out.message();
  EXPECT_EQ(run.exit_code(), 1) << "its supervisor is missing";
  for (const auto& each : all) {
    const auto fix = each.value("fix", "");
    EXPECT_EQ(each["how"] == "ok", fix.empty()) << print_json(each);
    EXPECT_TRUE(
      fix.empty() || each["detail"].get<std::string>().find(fix) == std::string::npos)
      << print_json(each);
  }
}

TEST_F(doctor, SaysThatARunCannotStartTheDaemon) {
  testing::program run(
    {testing::troupe_program(), "doctor", "--json", "--state-dir", place_.state()},
    {"PATH=/nowhere",
     "TROUPE_RUN_ID=r_1",
     "XDG_RUNTIME_DIR=" + place_.path().string()});
  const auto daemon = run.out.message().back();
  EXPECT_EQ(daemon["what"], "daemon");
  EXPECT_EQ(daemon["how"], "fail");
}

TEST_F(doctor, DoesNotWaitForAProgramThatSaysNothing) {
  const auto program = script("claude", "exec sleep 1000");
  const auto version = version_of(program, std::chrono::milliseconds(50));
  ASSERT_FALSE(version);
  EXPECT_NE(version.error().message.find("says nothing"), std::string::npos);
}

TEST_F(doctor, FailsForADirectoryThatCannotBeUsed) {
  std::ofstream(place_.path() / "file") << "";
  EXPECT_EQ(judge_directory("state", place_.path() / "file").how, health::fail);
  EXPECT_EQ(judge_directory("state", "/dev/null/here").how, health::fail);
  EXPECT_EQ(judge_directory("state", place_.path() / "new/one").how, health::ok);
  fs::permissions(place_.path(), fs::perms::all);
  const auto open = judge_directory("state", place_.path());
  EXPECT_EQ(open.how, health::warn);
  EXPECT_EQ(open.fix, "chmod 700 " + place_.path().string());
}

TEST_F(doctor, WarnsOfLowLimits) {
  EXPECT_EQ(judge_open_files(1024).how, health::warn);
  EXPECT_EQ(judge_open_files(65536).how, health::ok);
  EXPECT_EQ(judge_processes(100).how, health::warn);
  EXPECT_EQ(judge_processes(4096).how, health::ok);
}

TEST_F(doctor, PrintsOneLineEachAndTheFixBelow) {
  EXPECT_EQ(
    render_findings(
      {{"state", health::ok, "/s", {}}, {"claude", health::warn, "no\x1b", "install"}},
      {}),
    "ok    state         /s\n"
    "warn  claude        no\\x1b\n"
    "                    → install\n");
}

TEST_F(doctor, LooksForTheSupervisorInBothPlaces) {
  fs::create_directories(place_.path() / "bin");
  fs::create_directories(place_.path() / "libexec/troupe");
  const auto own = (place_.path() / "bin/troupe").string();
  EXPECT_FALSE(find_supervisor(own));
  const auto apart = script("libexec/troupe/troupe-supervisor", "");
  EXPECT_EQ(find_supervisor(own).value_or(""), apart);
  const auto beside = script("bin/troupe-supervisor", "");
  EXPECT_EQ(find_supervisor(own).value_or(""), beside);
}

TEST_F(doctor, ExitsWithOneIfSomethingFailed) {
  fs::remove_all(place_.state());
  std::ofstream(place_.state()) << "in the way";
  testing::program run(
    {testing::troupe_program(), "doctor", "--json", "--state-dir", place_.state()},
    {"PATH=/nowhere", "XDG_RUNTIME_DIR=" + place_.path().string()});
  const auto all = run.out.message();
  EXPECT_EQ(run.exit_code(), 1);
  EXPECT_EQ(all[2]["what"], "state");
  EXPECT_EQ(all[2]["how"], "fail");
}

} // namespace troupe::cli
