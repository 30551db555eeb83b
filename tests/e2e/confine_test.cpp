#include "tests/e2e/daemon.hpp"
#include "tests/worktrees/project.hpp"

#include <gmock/gmock.h>
#include <sys/syscall.h>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// Confined runs, through the door.
class confined : public daemon_test {
protected:
  /// A shell script as an agent in a directory of its own.
  json script(const std::string& text, json confine = json::object()) const {
    json request = agent({});
    std::filesystem::create_directories(place_.path() / "mine");
    request["cwd"] = (place_.path() / "mine").string();
    request["env"] = {{"TMPDIR", (place_.path() / "none").string()}};
    request["confine"] = std::move(confine);
    request["backend_config"] = {
      {"command", {"/bin/sh", "-c", text, marker_}}, {"stdin", "none"}};
    return request;
  }

  static json ended(connection& me, const json& request) {
    const auto run_id = me->must("spawn_run", request).value("run_id", "");
    me->ended({run_id});
    return me->must("get_run", {{"run_id", run_id}});
  }

  static bool kernel_can() {
    constexpr unsigned ask_version = 1;
    return syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version) >= 6;
  }
};

} // namespace

TEST_F(confined, CannotWriteElsewhereNorStopASibling) {
  if (!kernel_can())
    GTEST_SKIP() << "NOT SHOWN: no Landlock with signal scope here";
  auto me = join();
  const auto sibling = spawn(*me, {"wait"});
  ASSERT_FALSE(me->event_of(sibling, "agent_message").is_null());
  std::string victims;
  for (const auto pid : agents())
    victims += " " + std::to_string(pid);
  const auto run = ended(
    me,
    script(
      "echo in > inside; echo out > ../outside; kill -9" + victims + " " +
      std::to_string(supervisor()) + "; true"));

  EXPECT_EQ(run["status"], "completed") << print_json(run);
  EXPECT_TRUE(std::filesystem::exists(place_.path() / "mine/inside"));
  EXPECT_FALSE(std::filesystem::exists(place_.path() / "outside"));
  EXPECT_EQ(me->must("get_run", {{"run_id", sibling}})["status"], "running");
  EXPECT_EQ(me->must("get_run", {{"run_id", sibling}})["restarts"], 0);
}

TEST_F(confined, CommitsInItsWorktreeAndCannotPlantAHook) {
  if (!kernel_can())
    GTEST_SKIP() << "NOT SHOWN: no Landlock with signal scope here";
  const test::project home(place_.path() / "project");
  home.commit("a.txt", "1");
  configure("toolsets: [runs, worktrees]\n");
  auto me = join();
  auto request = script(
    "echo 2 > a.txt; git -c user.name=A -c user.email=a@example.org commit -qam Work; "
    "echo evil > " +
    home.top().string() + "/.git/hooks/pre-commit; true");
  request["cwd"] = home.top().string();
  request["isolation"] = "worktree";
  const auto run = ended(me, request);

  const auto diff = me->must("get_diff", {{"run_id", run["run_id"]}});
  EXPECT_NE(diff["head_commit"], run["worktree"]["base_commit"]) << print_json(run);
  EXPECT_EQ(diff["files"][0]["path"], "a.txt");
  EXPECT_FALSE(std::filesystem::exists(home.top() / ".git/hooks/pre-commit"));
}

TEST_F(confined, IsConfiguredForABackend) {
  if (!kernel_can())
    GTEST_SKIP() << "NOT SHOWN: no Landlock with signal scope here";
  configure("backends:\n  shell:\n    type: process\n    confine: {}\n");
  auto me = join();
  auto request = script("echo out > ../outside; true");
  request.erase("confine");
  request["backend"] = "shell";
  ended(me, request);

  EXPECT_FALSE(std::filesystem::exists(place_.path() / "outside"));
}

TEST_F(confined, IsRefusedWhereTheKernelLacksIt) {
  environment_.emplace_back("TROUPE_PROBE_LANDLOCK=0");
  auto me = join();
  const auto run = ended(me, script("echo in > inside"));

  EXPECT_EQ(run["status"], "failed");
  EXPECT_EQ(run["exit"]["reason"], "spawn_failed");
  EXPECT_THAT(run["error"].get<std::string>(), HasSubstr("has no Landlock"));
  EXPECT_FALSE(std::filesystem::exists(place_.path() / "mine/inside"));
}

} // namespace troupe::e2e
