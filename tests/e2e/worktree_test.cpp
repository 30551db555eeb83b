#include "tests/e2e/daemon.hpp"
#include "tests/worktrees/project.hpp"

#include <gmock/gmock.h>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;
using words = std::vector<std::string>;

/// Runs with isolation worktree, in a project that git made.
class worktrees : public daemon_test {
protected:
  void SetUp() override {
    configure("toolsets: [runs, worktrees]\n");
    base_ = home_.commit("src/a.txt", "one\n");
    environment_.push_back("TROUPE_CLAUDE_CODE_COMMAND=" + claude_program());
  }

  static std::string claude_program() {
    const auto agent = agent_program();
    return agent.substr(0, agent.rfind('/')) + "/claude";
  }

  /// A shell script as an isolated agent in src/.
  json script(const std::string& text, const json& more = json::object()) const {
    json request = agent({});
    request["cwd"] = (home_.top() / "src").string();
    request["isolation"] = "worktree";
    request["backend_config"] = {
      {"command", {"/bin/sh", "-c", text, marker_}}, {"stdin", "none"}};
    request.merge_patch(more);
    return request;
  }

  /// The run once it has ended.
  static json ended(connection& me, const json& request) {
    const auto run_id = me->must("spawn_run", request).value("run_id", "");
    me->ended({run_id});
    return me->must("get_run", {{"run_id", run_id}});
  }

  /// What a command printed on stdout, and on stderr.
  std::string printed(const words& arguments, int code) {
    auto program = troupe(arguments);
    program->in.end();
    std::string text;
    while (const auto line = program->out.line())
      text += *line + "\n";
    while (const auto line = program->err.line())
      text += *line + "\n";
    EXPECT_EQ(program->exit_code(), code) << text;
    return text;
  }

  test::project home_{place_.path() / "project"};
  std::string base_;
};

} // namespace

TEST_F(worktrees, HoldWhatARunChangesOnABranchOfItsOwn) {
  auto me = join();
  const auto run =
    ended(me, script("printf 'one\\ntwo\\n' > a.txt; printf 'n\\n' > 'new file'; pwd"));
  const auto& tree = run["worktree"];

  EXPECT_EQ(run["status"], "completed") << print_json(run);
  EXPECT_EQ(tree["branch"], "troupe/agent1");
  EXPECT_EQ(tree["base_commit"], base_);
  EXPECT_EQ(run["cwd"], tree["path"].get<std::string>() + "/src");
  EXPECT_EQ(store::slurp(home_.top() / "src/a.txt"), "one\n");
  const auto diff = me->must("get_diff", {{"run_id", run["run_id"]}});
  EXPECT_EQ(diff["files_total"], 2);
  EXPECT_THAT(diff["patch"].get<std::string>(), HasSubstr("+two\n"));
  const auto id = run["run_id"].get<std::string>();
  EXPECT_THAT(
    printed({"diff", id, "--stat"}, 0),
    ::testing::AllOf(
      HasSubstr(" src/a.txt | +1 -0\n"),
      HasSubstr(" src/new file | +1 -0 (added)\n"),
      HasSubstr("2 files changed, 2 added, 0 deleted since " + base_.substr(0, 12))));
  const auto patch = printed({"diff", "agent1"}, 0);
  store::write(place_.path() / "patch", patch);
  home_.git({"apply", place_.path() / "patch"});
  EXPECT_EQ(store::slurp(home_.top() / "src/new file"), "n\n");
}

TEST_F(worktrees, AreFoundByTheNameInTheDirectoryThatWasAskedFor) {
  auto me = join();
  const auto run = ended(me, script("true", {{"nickname", "finch"}}));
  const auto src = (home_.top() / "src").string();
  const json here{{"agent_name", "finch"}, {"cwd", src}};

  EXPECT_EQ(me->must("get_run", here)["run_id"], run["run_id"]);
  EXPECT_EQ(me->must("list_runs", {{"cwd", src}})["runs"][0]["origin"], src);
}

TEST_F(worktrees, AreNotSharedByRunsThatWorkAtOnce) {
  auto me = join();
  auto first = script("true");
  first["backend_config"] = agent({"wait"})["backend_config"];
  const auto a = me->must("spawn_run", first)["run_id"].get<std::string>();
  const auto b = me->must("spawn_run", first)["run_id"].get<std::string>();
  const auto one = me->must("get_run", {{"run_id", a}});
  const auto other = me->must("get_run", {{"run_id", b}});

  EXPECT_EQ(one["agent_name"], "agent1");
  EXPECT_EQ(other["agent_name"], "agent2");
  EXPECT_NE(one["worktree"]["branch"], other["worktree"]["branch"]);
  EXPECT_NE(one["cwd"], other["cwd"]);
  const auto refused = me->call("remove_worktree", {{"run_id", a}});
  EXPECT_TRUE(refused.failed);
  EXPECT_THAT(refused.text, HasSubstr("in use: run " + a + " works in it"));
  EXPECT_TRUE(std::filesystem::exists(one["cwd"].get<std::string>() + "/a.txt"));
}

TEST_F(worktrees, AreRemovedOnlyOnceNothingIsLost) {
  auto me = join();
  const auto run = ended(me, script("printf 'two\\n' > a.txt"));
  const auto id = run["run_id"].get<std::string>();
  const auto path = run["worktree"]["path"].get<std::string>();
  const auto branch = run["worktree"]["branch"].get<std::string>();

  EXPECT_THAT(
    printed({"worktree", "remove", id}, 1),
    ::testing::AllOf(HasSubstr("stays"), HasSubstr("dirty: src/a.txt")));
  test::project::git_in(path, {"commit", "-q", "-am", "Work"});
  EXPECT_THAT(printed({"worktree", "remove", id}, 1), HasSubstr("unmerged: "));
  EXPECT_THAT(
    printed({"worktree", "list"}, 0),
    ::testing::AllOf(
      HasSubstr(id + " " + branch + " completed"), HasSubstr("stays, unmerged")));
  home_.git({"merge", "-q", branch});
  EXPECT_THAT(printed({"worktree", "list"}, 0), HasSubstr("may go"));
  EXPECT_THAT(
    printed({"worktree", "remove", id}, 0),
    HasSubstr(path + " is gone, and branch " + branch));
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(store::slurp(home_.top() / "src/a.txt"), "two\n");
  EXPECT_EQ(me->must("list_worktrees", json::object())["total"], 0);
}

TEST_F(worktrees, AreKeptOverRestartsAndTheDeathOfTheSupervisor) {
  auto me = join();
  auto request = script("true");
  const auto stop = (place_.path() / "stop").string();
  request["backend_config"]["command"] = {
    "/bin/sh",
    "-c",
    "echo attempt >> log; [ $(wc -l < log) = 1 ] && exit 3; exec \"$0\" until " + stop +
      " " + marker_,
    agent_program()};
  request["restart"] = {{"type", "transient"}, {"backoff_ms", 1}};
  const auto id = me->must("spawn_run", request)["run_id"].get<std::string>();
  ASSERT_FALSE(me->event_of(id, "agent_message").is_null());
  const auto before = me->must("get_run", {{"run_id", id}});
  const auto old = supervisor();
  ASSERT_TRUE(signal_one(old, SIGKILL));
  ASSERT_TRUE(eventually([&] { return supervisor() > 0 && supervisor() != old; }));
  store::write(stop, "");
  me->ended({id});
  const auto after = me->must("get_run", {{"run_id", id}});

  EXPECT_EQ(after["status"], "completed") << print_json(after) << log();
  EXPECT_EQ(after["worktree"], before["worktree"]);
  EXPECT_EQ(
    store::slurp(after["cwd"].get<std::string>() + "/log"), "attempt\nattempt\n");
}

TEST_F(worktrees, AreGoneOnWithByTheNextRunOfTheConversation) {
  auto me = join();
  json request{
    {"backend", "claude_code"},
    {"prompt", "go"},
    {"cwd", home_.top().string()},
    {"isolation", "worktree"}};
  const auto first = ended(me, request);
  ASSERT_EQ(first["status"], "completed") << print_json(first);
  const json message{
    {"role", "user"}, {"parts", json::array({{{"type", "text"}, {"text", "again"}}})}};
  const auto on =
    me->must("continue_run", {{"run_id", first["run_id"]}, {"input_message", message}});
  me->ended({on["run_id"]});
  const auto second = me->must("get_run", {{"run_id", on["run_id"]}});

  EXPECT_EQ(second["status"], "completed") << print_json(second);
  EXPECT_EQ(second["cwd"], first["cwd"]);
  EXPECT_EQ(second["worktree"], first["worktree"]);
  EXPECT_EQ(second["agent_name"], first["agent_name"]);
  ASSERT_FALSE(me->call("remove_worktree", {{"run_id", on["run_id"]}}).failed);
  const auto third =
    me->call("continue_run", {{"run_id", on["run_id"]}, {"input_message", message}});
  EXPECT_TRUE(third.failed);
  EXPECT_THAT(third.text, HasSubstr("is gone"));
}

TEST_F(worktrees, ThatCannotBeMadeMakeNoRun) {
  auto me = join();
  auto request = script("true");
  request["cwd"] = place_.path().string();
  const auto refused = me->call("spawn_run", request);

  EXPECT_TRUE(refused.failed);
  EXPECT_THAT(refused.text, HasSubstr("is in no git repository"));
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 0);
  EXPECT_EQ(me->must("list_worktrees", json::object())["total"], 0);
}

} // namespace troupe::e2e
