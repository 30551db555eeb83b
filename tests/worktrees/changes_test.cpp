#include "worktrees/changes.hpp"

#include "protocol/json_text.hpp"
#include "tests/worktrees/in_a_worktree.hpp"

#include <gmock/gmock.h>

namespace troupe::worktrees {
namespace {

using ::testing::HasSubstr;

struct changes_of_a_run : in_a_worktree {
  void SetUp() override {
    home.commit("kept", "1\n2\n3\n");
    home.commit("gone", "x\n");
    home.commit(".gitignore", "*.o\n");
    begin();
  }

  [[nodiscard]] run_diff look(get_diff question = {.max_bytes = 100'000}) const {
    const auto got = changes(at, question);
    EXPECT_TRUE(got) << got.error().message;
    return got ? *got : run_diff{};
  }
};

TEST_F(changes_of_a_run, AreNothingAtFirst) {
  const auto told = look();

  EXPECT_EQ(told.files_total, 0U);
  EXPECT_EQ(told.patch, "");
  EXPECT_EQ(told.head_commit, at.base_commit);
  EXPECT_FALSE(told.has_more);
}

TEST_F(changes_of_a_run, HoldWhatIsCommittedChangedAndUntracked) {
  write("kept", "1\ntwo\n3\n");
  git({"commit", "-q", "-am", "Change"});
  git({"rm", "-q", "gone"});
  write("new file", "n\n");
  write("built.o", "binary");

  const auto told = look();

  EXPECT_THAT(
    told.files,
    ::testing::UnorderedElementsAre(
      changed_file{
        .path = "kept",
        .change = file_change::modified,
        .added_lines = 1,
        .deleted_lines = 1},
      changed_file{.path = "gone", .change = file_change::deleted, .deleted_lines = 1},
      changed_file{
        .path = "new file", .change = file_change::added, .added_lines = 1}));
  EXPECT_THAT(told.patch, HasSubstr("-2\n+two\n"));
  EXPECT_THAT(told.patch, HasSubstr("+n\n"));
  EXPECT_NE(told.head_commit, at.base_commit);
}

TEST_F(changes_of_a_run, AreAPatchThatGitTakes) {
  write("kept", "1\n2\n3\n4 \"quoted\" \xc3\xa9\n");
  write("more", "no newline at its end");

  const auto told = look();
  home.write("../patch", told.patch);
  home.git({"apply", dir / "patch"});

  EXPECT_EQ(store::slurp(home.top() / "kept"), "1\n2\n3\n4 \"quoted\" \xc3\xa9\n");
  EXPECT_EQ(store::slurp(home.top() / "more"), "no newline at its end");
}

TEST_F(changes_of_a_run, ArePagedWithinTheBudget) {
  std::string text;
  for (int i = 0; i < 2000; ++i)
    text += "line " + std::to_string(i) + "\t\"\xc3\xa9\"\n";
  write("long", text);
  const auto whole = look({.max_bytes = 1'000'000});
  ASSERT_FALSE(whole.has_more);

  std::string joined;
  run_diff page;
  int pages = 0;
  do {
    page = look({.offset = page.next_offset, .max_bytes = 4096});
    EXPECT_LE(encode_text(page).size(), 4096U);
    EXPECT_EQ(page.patch_bytes, whole.patch.size());
    joined += page.patch;
  } while (page.has_more && ++pages < 100);

  EXPECT_EQ(joined, whole.patch);
  EXPECT_GT(pages, 5);
}

TEST_F(changes_of_a_run, NameAsManyFilesAsFitAndCountAll) {
  for (int i = 0; i < 200; ++i)
    write("file-" + std::to_string(i), "x\n");

  const auto told = look({.stat = true, .max_bytes = 4096});

  EXPECT_EQ(told.files_total, 200U);
  EXPECT_GT(told.files.size(), 10U);
  EXPECT_LT(told.files.size(), 200U);
  EXPECT_EQ(told.patch, "");
  EXPECT_LE(encode_text(told).size(), 4096U);
}

TEST_F(changes_of_a_run, OfBinaryFilesAreNamedOnly) {
  write("picture", std::string_view("\0\1\2\xff", 4));

  const auto told = look();

  ASSERT_EQ(told.files.size(), 1U);
  EXPECT_TRUE(told.files[0].binary);
  EXPECT_THAT(told.patch, HasSubstr("picture"));
}

TEST_F(changes_of_a_run, AreReadFromItsBranchOnceTheWorktreeIsGone) {
  write("kept", "1\n2\n");
  git({"commit", "-q", "-am", "Shorten"});
  home.git({"worktree", "remove", at.path});

  const auto told = look();

  EXPECT_TRUE(told.removed);
  ASSERT_EQ(told.files.size(), 1U);
  EXPECT_EQ(told.files[0].deleted_lines, 1U);
  home.git({"branch", "-q", "-D", at.branch});
  EXPECT_EQ(changes(at, {.max_bytes = 4096}).error().code, errc::not_found);
}

} // namespace
} // namespace troupe::worktrees
