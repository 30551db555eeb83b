#include "worktrees/worktree.hpp"

#include "tests/worktrees/project.hpp"

#include <gmock/gmock.h>

namespace troupe::worktrees {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct worktree : ::testing::Test {
  store::scratch dir;
  test::project home{dir / "project"};

  [[nodiscard]] plan wanted(
    const fs::path& cwd,
    const std::string& id = "r_1",
    const std::string& agent_name = "agent1") const {
    return {
      .cwd = cwd, .path = dir / ("trees/" + id), .name = id, .agent_name = agent_name};
  }

  [[nodiscard]] std::string refusal(const fs::path& cwd) const {
    const auto got = make(wanted(cwd));
    return got ? "made" : got.error().message;
  }

  /// Nothing but the project itself is there.
  void expect_untouched() const {
    EXPECT_FALSE(fs::exists(dir / "trees/r_1"));
    EXPECT_EQ(home.git({"branch", "--list", "troupe/*"}), "");
    EXPECT_FALSE(fs::exists(home.top() / ".git/worktrees/r_1"));
  }
};

TEST_F(worktree, IsMadeFromTheCommitThatIsCheckedOut) {
  const auto base = home.commit("sub/a.txt", "one\n");
  home.write("sub/a.txt", "not committed\n");

  const auto got = make(wanted(home.top() / "sub"));

  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got->view.branch, "troupe/agent1");
  EXPECT_EQ(got->view.base_commit, base);
  EXPECT_EQ(got->view.origin, home.top() / "sub");
  EXPECT_EQ(got->cwd, got->view.path + "/sub");
  EXPECT_EQ(store::slurp(got->cwd + "/a.txt"), "one\n");
  EXPECT_EQ(test::project::git_in(got->cwd, {"status", "--porcelain"}), "");
  EXPECT_EQ(
    test::project::git_in(got->cwd, {"rev-parse", "--abbrev-ref", "HEAD"}),
    "troupe/agent1");
  EXPECT_EQ(store::slurp(home.top() / "sub/a.txt"), "not committed\n");
  EXPECT_EQ(store::mode_of(dir / "trees"), 0700U);
}

TEST_F(worktree, GetsABranchThatNobodyHas) {
  home.commit("a", "1");
  home.git({"branch", "troupe/agent1"});

  const auto first = make(wanted(home.top(), "r_1"));
  const auto second = make(wanted(home.top(), "r_2"));

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->view.branch, "troupe/agent1-2");
  EXPECT_EQ(second->view.branch, "troupe/agent1-3");
}

TEST_F(worktree, OfALinkedWorktreeStartsFromWhatThatHasCheckedOut) {
  home.commit("a", "1");
  const auto first = make(wanted(home.top(), "r_1"));
  ASSERT_TRUE(first);
  test::project::git_in(first->cwd, {"commit", "-q", "--allow-empty", "-m", "Further"});
  const auto further = test::project::git_in(first->cwd, {"rev-parse", "HEAD"});

  const auto second = make(wanted(first->cwd, "r_2", "child"));

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(second->view.base_commit, further);
  EXPECT_EQ(second->view.repository, first->view.repository);
}

TEST_F(worktree, NeedsARepositoryWithACommit) {
  EXPECT_THAT(refusal(home.top()), HasSubstr("has no commit yet; make a first one"));
  fs::create_directories(dir / "plain");
  EXPECT_THAT(refusal(dir / "plain"), HasSubstr("is in no git repository"));
  EXPECT_THAT(refusal(dir / "missing"), HasSubstr("is in no git repository"));
  expect_untouched();
}

TEST_F(worktree, IsRefusedWhereItCannotBe) {
  home.commit("a", "1");
  home.write("new/b", "1");
  EXPECT_THAT(refusal(home.top() / "new"), HasSubstr("new is not in commit"));
  EXPECT_THAT(refusal(home.top() / ".git"), HasSubstr("not in the working directory"));
  home.git({"clone", "-q", "--bare", ".", dir / "bare.git"});
  EXPECT_THAT(refusal(dir / "bare.git"), HasSubstr("bare git repository"));
  expect_untouched();
}

TEST_F(worktree, OfASubmoduleIsRefusedAndLeavesThoseOfTheRepositoryEmpty) {
  test::project other(dir / "other");
  other.commit("inner", "1");
  home.commit("a", "1");
  home.git({"submodule", "--quiet", "add", other.top(), "part"});
  home.git({"commit", "-q", "-m", "Add part"});

  EXPECT_THAT(refusal(home.top() / "part"), HasSubstr("is in a submodule"));
  const auto got = make(wanted(home.top()));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_TRUE(fs::is_empty(got->view.path + "/part"));
}

TEST_F(worktree, SaysThatABranchStandsInTheWayOfTheOthers) {
  home.commit("a", "1");
  home.git({"branch", "troupe"});

  EXPECT_THAT(refusal(home.top()), HasSubstr("a branch called troupe is in the way"));
}

TEST_F(worktree, NeverTakesADirectoryThatExists) {
  home.commit("a", "1");
  fs::create_directories(dir / "trees/r_1");
  store::write(dir / "trees/r_1/mine", "precious");

  EXPECT_THAT(refusal(home.top()), HasSubstr("exists already"));
  EXPECT_EQ(store::slurp(dir / "trees/r_1/mine"), "precious");
}

TEST_F(worktree, RunsNothingThatTheRepositoryBrings) {
  home.write(".gitattributes", "*.txt filter=evil diff=evil\n");
  home.commit("a.txt", "1");
  const auto trap = (dir / "trap.sh").string();
  store::write(trap, "#!/bin/sh\ntouch " + (dir / "sprung").string() + "\n");
  fs::permissions(trap, fs::perms::owner_all);
  home.write(".git/hooks/post-checkout", store::slurp(trap));
  fs::permissions(home.top() / ".git/hooks/post-checkout", fs::perms::owner_all);
  for (const char* key :
       {"core.fsmonitor",
        "filter.evil.smudge",
        "filter.evil.clean",
        "diff.evil.command",
        "core.sshCommand",
        "diff.evil.textconv"})
    home.git({"config", key, trap});

  const auto got = make(wanted(home.top()));

  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(store::slurp(got->cwd + "/a.txt"), "1");
  EXPECT_FALSE(fs::exists(dir / "sprung"));
}

TEST_F(worktree, OfAConversationIsCheckedBeforeItGoesOn) {
  home.commit("a", "1");
  const auto got = make(wanted(home.top()));
  ASSERT_TRUE(got);

  EXPECT_TRUE(check(got->view));
  fs::rename(got->view.path, dir / "elsewhere");
  const auto gone = check(got->view);
  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("is gone; its commits are on troupe/"));
}

} // namespace
} // namespace troupe::worktrees
