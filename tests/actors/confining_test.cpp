#include "actors/confining.hpp"

#include "actors/new_run.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Fence, HoldsItsDirectoryTheTemporaryOneAndWhatWasAsked) {
  const auto held = fence_of(
    {.writable = {"~/.claude", "/data"}, .file_mb = 5},
    "/project/src",
    {{"HOME", "/people/me"}, {"TMPDIR", "/scratch"}},
    {});

  EXPECT_THAT(
    held.writable, ElementsAre("/project/src", "/people/me/.claude", "/data"));
  EXPECT_THAT(held.if_there, Contains("/scratch"));
  EXPECT_THAT(held.if_there, Not(Contains("/tmp")));
  EXPECT_FALSE(held.signals);
  EXPECT_EQ(held.file_mb, 5U);
}

TEST(Fence, OfAWorktreeLetsItCommitButNeitherHookNorConfigure) {
  const auto held = fence_of(
    {},
    "/state/worktrees/r_1/src",
    {},
    worktree_view{.path = "/state/worktrees/r_1", .repository = "/project/.git/"});

  EXPECT_THAT(held.writable, Contains("/state/worktrees/r_1"));
  EXPECT_THAT(
    held.if_there,
    ElementsAre(
      "/tmp",
      "/dev/shm",
      "/project/.git/objects",
      "/project/.git/refs",
      "/project/.git/logs",
      "/project/.git/worktrees/r_1"));
}

TEST(Confinement, NamesAbsolutePathsOrThoseAtHome) {
  EXPECT_TRUE(check_paths({.writable = {"/a", "~/b", "~"}}));
  const auto wrong = check_paths({.writable = {"b"}});
  ASSERT_FALSE(wrong);
  EXPECT_THAT(wrong.error().message, HasSubstr("must be absolute or begin with ~/"));
}

TEST(Confinement, ReachesWhatAConfinedRunStarts) {
  const parent_rights parent{
    .backend = "process", .confine = confinement{.writable = {"/data"}}};
  spawn_run request{.backend = "process"};
  inherit(request, parent);

  EXPECT_EQ(request.confine, parent.confine);
  EXPECT_TRUE(check_rights(request, parent));
  request.confine->writable.emplace_back("/");
  EXPECT_THAT(
    check_rights(request, parent).error().message,
    HasSubstr("a confined run may not choose another"));
  EXPECT_TRUE(check_place("/project/src", *parent.confine, "/project"));
  EXPECT_TRUE(check_place("/data", *parent.confine, "/project"));
  EXPECT_FALSE(check_place("/project/../etc", *parent.confine, "/project"));
  EXPECT_FALSE(check_place("/projects", *parent.confine, "/project"));
}

} // namespace
} // namespace troupe
