#include "worktrees/removal.hpp"

#include "tests/worktrees/in_a_worktree.hpp"

#include <gmock/gmock.h>

namespace troupe::worktrees {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

struct removal : in_a_worktree {
  void SetUp() override {
    home.commit("sub/a", "1\n");
    home.commit(".gitignore", "*.o\n");
    begin();
  }

  /// Refused, and everything is as it was.
  std::string refusal() const {
    const auto before = git({"status", "--porcelain", "--ignored"});
    const auto gone = remove(at.path, at.branch);
    EXPECT_EQ(git({"status", "--porcelain", "--ignored"}), before);
    EXPECT_NE(home.git({"branch", "--list", at.branch}), "");
    return gone ? "removed" : gone.error().message;
  }
};

TEST_F(removal, TakesWorktreeRecordAndBranchWhereNothingIsLost) {
  fs::create_directories(at.path + "/empty/below");

  const auto gone = remove(at.path, at.branch);

  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(gone->branch, at.branch);
  EXPECT_FALSE(fs::exists(at.path));
  EXPECT_EQ(home.git({"branch", "--list", "troupe/*"}), "");
  EXPECT_EQ(
    home.git({"worktree", "list", "--porcelain"}).find("r_1"), std::string::npos);
  EXPECT_EQ(store::slurp(home.top() / "sub/a"), "1\n");
}

TEST_F(removal, IsRefusedForAChangedFile) {
  write("sub/a", "2\n");
  EXPECT_THAT(refusal(), HasSubstr("dirty: sub/a; commit"));
}

TEST_F(removal, IsRefusedForAChangeThatTheIndexHides) {
  git({"update-index", "--assume-unchanged", "sub/a"});
  write("sub/a", "2\n");
  EXPECT_THAT(refusal(), HasSubstr("dirty: sub/a"));
}

TEST_F(removal, IsRefusedForAnUntrackedFile) {
  write("notes", "n");
  EXPECT_THAT(refusal(), HasSubstr("dirty: notes"));
}

TEST_F(removal, IsRefusedForAFileThatGitIgnores) {
  write("built.o", "b");
  EXPECT_THAT(refusal(), HasSubstr("files that git ignores, built.o"));
}

TEST_F(removal, IsRefusedForADeletedFileThatNoCommitDeletes) {
  fs::remove(at.path + "/sub/a");
  EXPECT_THAT(refusal(), HasSubstr("dirty: sub/a"));
}

TEST_F(removal, IsRefusedForCommitsThatNoOtherBranchHasUntilOneHas) {
  write("sub/a", "2\n");
  git({"commit", "-q", "-am", "Work"});
  EXPECT_THAT(refusal(), HasSubstr("unmerged: no other branch or tag has"));

  home.git({"merge", "-q", at.branch});

  const auto gone = remove(at.path, at.branch);
  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(store::slurp(home.top() / "sub/a"), "2\n");
}

TEST_F(removal, IsRefusedForCommitsOnADetachedHead) {
  git({"checkout", "-q", "--detach"});
  write("sub/a", "2\n");
  git({"commit", "-q", "-am", "Work"});
  EXPECT_THAT(refusal(), HasSubstr("unmerged"));
}

TEST_F(removal, LeavesABranchThatTheRunMadeItself) {
  git({"switch", "-q", "-c", "feature"});
  write("sub/a", "2\n");
  git({"commit", "-q", "-am", "Work"});

  const auto gone = remove(at.path, at.branch);

  ASSERT_TRUE(gone) << gone.error().message;
  EXPECT_EQ(home.git({"show", "feature:sub/a"}), "2");
}

TEST_F(removal, KeepsCommitsThatWereAmendedAway) {
  write("sub/a", "2\n");
  git({"commit", "-q", "-am", "First try"});
  const auto replaced = git({"rev-parse", "HEAD"});
  git({"reset", "-q", "--hard", at.base_commit});

  const auto gone = remove(at.path, at.branch);

  ASSERT_TRUE(gone) << gone.error().message;
  ASSERT_EQ(gone->kept_refs.size(), 1U);
  EXPECT_EQ(home.git({"rev-parse", gone->kept_refs[0]}), replaced);
}

TEST_F(removal, IsRefusedInTheMiddleOfAMerge) {
  write("sub/a", "2\n");
  git({"commit", "-q", "-am", "Work"});
  home.git({"merge", "-q", at.branch});
  git({"commit", "-q", "--allow-empty", "-m", "Other"});
  home.git({"commit", "-q", "--allow-empty", "-m", "Side"});
  git({"merge", "-q", "--no-ff", "--no-commit", "main"});
  EXPECT_THAT(refusal(), HasSubstr("a merge, rebase or the like is half done"));
}

TEST_F(removal, IsRefusedWhileItIsLocked) {
  home.git({"worktree", "lock", at.path});
  EXPECT_THAT(refusal(), HasSubstr("it is locked"));
}

TEST_F(removal, IsRefusedForAFilledSubmodule) {
  test::project other(dir / "other");
  other.commit("inner", "1");
  git({"submodule", "--quiet", "add", other.top(), "part"});
  git({"commit", "-q", "-m", "Add part"});
  home.git({"merge", "-q", at.branch});

  const auto gone = remove(at.path, at.branch);

  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("submodules: some are filled"));
  EXPECT_EQ(store::slurp(at.path + "/part/inner"), "1");
}

TEST_F(removal, IsRefusedForASubmoduleThatKeepsItsOwnObjects) {
  test::project inside(fs::path(at.path) / "part");
  inside.commit("inner", "1");
  git({"add", "part"});
  git({"commit", "-q", "-m", "Add part"});
  home.git({"merge", "-q", at.branch});

  const auto gone = remove(at.path, at.branch);

  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("submodules: some are filled"));
  EXPECT_TRUE(fs::exists(at.path + "/part/.git"));
}

TEST_F(removal, TakesTheSettingsOfTheBranchAndNoOthers) {
  git({"config", "branch." + at.branch + ".remote", "origin"});
  git({"config", "branch." + at.branch + "x.remote", "origin"});

  ASSERT_TRUE(remove(at.path, at.branch));

  EXPECT_EQ(
    home.git({"config", "--get-regexp", "^branch"}),
    "branch." + at.branch + "x.remote origin");
}

TEST_F(removal, NeverTouchesARepositoryThatIsNoWorktree) {
  const auto gone = remove(home.top(), at.branch);

  ASSERT_FALSE(gone);
  EXPECT_THAT(gone.error().message, HasSubstr("a repository of its own"));
  EXPECT_TRUE(fs::exists(home.top() / "sub/a"));
}

} // namespace
} // namespace troupe::worktrees
