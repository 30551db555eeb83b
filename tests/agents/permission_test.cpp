#include "agents/permission.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace troupe::agents {

namespace {

verdict allowed(std::string pattern, std::string_view tool, std::string_view detail) {
  return decide({.allow = {std::move(pattern)}}, tool, detail);
}

verdict denied(std::string pattern, std::string_view tool, std::string_view detail) {
  return decide({.allow = {"*"}, .deny = {std::move(pattern)}}, tool, detail);
}

constexpr auto allow = verdict::allow;
constexpr auto ask = verdict::ask;
constexpr auto deny = verdict::deny;

TEST(Permission, AsksWhatMatchesNothing) {
  EXPECT_EQ(decide({}, "Bash", "ls"), ask);
  EXPECT_EQ(allowed("Read", "Bash", "ls"), ask);
}

TEST(Permission, MatchesAnyUseWithoutParentheses) {
  EXPECT_EQ(allowed("Bash", "Bash", "rm -rf /; $(x)"), allow);
  EXPECT_EQ(allowed("Bash(*)", "Bash", "a && b > c"), allow);
  EXPECT_EQ(allowed("*", "Write", "/x"), allow);
}

TEST(Permission, MatchesToolNamesWithStars) {
  EXPECT_EQ(allowed("mcp__x__*", "mcp__x__get", "{}"), allow);
  EXPECT_EQ(allowed("mcp__x__*", "mcp__y__get", "{}"), ask);
  EXPECT_EQ(allowed("Bash", "BashOutput", "{}"), ask);
}

TEST(Permission, DenyWinsOverAskAndAskOverAllow) {
  const permission_policy policy{
    .allow = {"Bash(git *)"}, .ask = {"Bash(git push*)"}, .deny = {"Bash(* --force*)"}};

  EXPECT_EQ(decide(policy, "Bash", "git status"), allow);
  EXPECT_EQ(decide(policy, "Bash", "git push origin"), ask);
  EXPECT_EQ(decide(policy, "Bash", "git push --force origin"), deny);
}

TEST(Permission, TakesColonStarAsTheWordsAloneOrFollowedByMore) {
  EXPECT_EQ(allowed("Bash(git log:*)", "Bash", "git log"), allow);
  EXPECT_EQ(allowed("Bash(git log:*)", "Bash", "git log -1"), allow);
  EXPECT_EQ(allowed("Bash(git log:*)", "Bash", "git logs"), ask);
}

TEST(Permission, NeverCoversWhatTheShellActsOnWithAStar) {
  for (const std::string_view command :
       {"git log; rm -rf /",
        "git log && rm -rf /",
        "git log || rm -rf /",
        "git log | sh",
        "git log & rm x",
        "git log\nrm -rf /",
        "git log `rm x`",
        "git log $(rm x)",
        "git log \"$(rm x)\"",
        "git log \"`rm x`\"",
        "git log ${x:-$(rm x)}",
        "git log > /etc/passwd",
        "git log 2>&1",
        "git log < /etc/passwd",
        "git log <(rm x)",
        "git log <<EOF\nx\nEOF",
        "(git log)",
        "git log $'\\'' ; rm -rf / #'",
        "git log # it's\nrm -rf / # '",
        "git log 'unfinished",
        "git log $\"x\""})
    EXPECT_EQ(allowed("Bash(git *)", "Bash", command), ask) << command;
}

TEST(Permission, CoversWhatQuotesMakeHarmless) {
  for (const std::string_view command :
       {"git commit -m 'a; b && c | d > e'",
        "git commit -m \"a; b\nc\"",
        "git commit -m 'costs $(much)'",
        "git commit -m a\\;b",
        "git show $REV",
        "git show a#b",
        "git grep \"x$\""})
    EXPECT_EQ(allowed("Bash(git *)", "Bash", command), allow) << command;
}

TEST(Permission, CoversAnOperatorThatThePatternNames) {
  EXPECT_EQ(allowed("Bash(git log | head *)", "Bash", "git log | head -3"), allow);
  EXPECT_EQ(allowed("Bash(git log | head *)", "Bash", "git log | head | sh"), ask);
  EXPECT_EQ(allowed("Bash(make > log)", "Bash", "make > log"), allow);
}

TEST(Permission, AllowsACompoundCommandIfEachPartIsAllowed) {
  const permission_policy policy{.allow = {"Bash(git *)", "Bash(make)"}};

  EXPECT_EQ(decide(policy, "Bash", "git pull && make"), allow);
  EXPECT_EQ(decide(policy, "Bash", "git pull; make | git diff\n"), allow);
  EXPECT_EQ(decide(policy, "Bash", "git pull && make install"), ask);
  EXPECT_EQ(decide(policy, "Bash", "git pull && make > x"), ask);
  EXPECT_EQ(decide(policy, "Bash", ""), ask);
}

TEST(Permission, DeniesIfAnyPartMatches) {
  for (const std::string_view command :
       {"rm -rf /",
        "ls; rm x",
        "ls && rm x",
        "ls | rm x",
        "ls &\nrm x",
        "echo $(rm x)",
        "echo \"$(cd /; rm x)\"",
        "echo `rm x`",
        "(rm x)",
        "X=1 rm x",
        "sudo -n rm x",
        "if true; then rm x; fi",
        "while read f; do rm x; done"})
    EXPECT_EQ(denied("Bash(rm *)", "Bash", command), deny) << command;
  EXPECT_EQ(denied("Bash(rm *)", "Bash", "git commit -m 'a; rm b'"), allow);
}

TEST(Permission, ResolvesPathsBeforeItComparesThem) {
  EXPECT_EQ(allowed("Edit(/src/**)", "Edit", "/src/a/b.cpp"), allow);
  EXPECT_EQ(allowed("Edit(/src/**)", "Edit", "/src/./a//b.cpp"), allow);
  EXPECT_EQ(allowed("Edit(/src/**)", "Edit", "/src/../etc/passwd"), ask);
  EXPECT_EQ(allowed("Edit(*)", "Edit", "../x"), allow);
  EXPECT_EQ(allowed("Edit(*x)", "Edit", "../x"), ask);
  EXPECT_EQ(denied("Read(/etc/**)", "Read", "/src/../etc/passwd"), deny);
}

TEST(Permission, MakesOfABrokenPatternTheCarefulThing) {
  EXPECT_EQ(allowed("Bash(git *", "Bash", "git log"), ask);
  EXPECT_EQ(denied("Bash(git *", "Bash", "ls"), deny);
}

TEST(Permission, TellsWhetherAPolicyIsWithinAnother) {
  const permission_policy outer{
    .allow = {"Read", "Bash(git *)"}, .ask = {"Write"}, .deny = {"WebFetch"}};

  EXPECT_TRUE(is_within(outer, outer));
  EXPECT_TRUE(is_within({.deny = {"WebFetch", "Write"}}, outer));
  EXPECT_FALSE(
    is_within({.allow = {"Bash"}, .ask = {"Write"}, .deny = {"WebFetch"}}, outer));
  EXPECT_FALSE(is_within({.allow = {"Read"}, .ask = {"Write"}}, outer));
  EXPECT_FALSE(is_within({.allow = {"Read"}, .deny = {"WebFetch"}}, outer));
}

TEST(Permission, OfAChildYieldsAtNoEarlierDeadlineThanItsParents) {
  const auto yields = [](std::uint32_t after_s) {
    return permission_policy{.deadline_s = after_s, .then = at_deadline::allow};
  };

  EXPECT_TRUE(is_within({.deadline_s = 1}, {}));
  EXPECT_TRUE(is_within(yields(60), yields(60)));
  EXPECT_TRUE(is_within(yields(90), yields(60)));
  EXPECT_FALSE(is_within(yields(59), yields(60)));
  EXPECT_FALSE(is_within(yields(60), {.deadline_s = 60}));
  EXPECT_FALSE(is_within(yields(60), {}));
}

} // namespace

} // namespace troupe::agents
