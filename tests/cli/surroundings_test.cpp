#include "cli/surroundings.hpp"

#include <cstdlib>
#include <gtest/gtest.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

using namespace std::string_literals;

surroundings with_cgroups(std::string text) {
  surroundings facts;
  facts.cgroups = std::move(text);
  return facts;
}

surroundings below(process_above process) {
  surroundings facts;
  facts.above = {{300, "bash\0"s, "HOME=/root\0PWD=/\0"s}, std::move(process)};
  return facts;
}

} // namespace

TEST(SignOfRun, IsNotSeenInAPersonsShell) {
  auto facts = below({200, "/usr/bin/tmux\0new\0"s, "TERM=xterm\0"s});
  facts.cgroups = "12:memory:/user.slice\n0::/user.slice/user-1000.slice\n";
  EXPECT_EQ(sign_of_run(facts), std::nullopt);
  EXPECT_EQ(sign_of_run({}), std::nullopt);
}

TEST(SignOfRun, IsTheRunIdOfTheEnvironment) {
  surroundings facts;
  facts.run_id = "r_1";
  EXPECT_EQ(sign_of_run(facts), "TROUPE_RUN_ID is r_1");
}

TEST(SignOfRun, IsTheCgroupOfARunOrOneBelowIt) {
  EXPECT_EQ(
    sign_of_run(with_cgroups("1:name=x:/\n0::/user/troupe-0a1b2c3d/r_1.2\n")),
    "its cgroup is /user/troupe-0a1b2c3d/r_1.2");
  EXPECT_TRUE(sign_of_run(with_cgroups("0::/troupe-0a1b2c3d/r_1.1/own/below\n")));
  EXPECT_TRUE(sign_of_run(with_cgroups("3:memory:/troupe-0a1b2c3d/r_1.1\n0::/\n")));
}

TEST(SignOfRun, IsNoOtherCgroup) {
  for (const auto* other :
       {"0::/\n",
        "",
        "0::/troupe-0a1b2c3d\n",
        "0::/r_1.1\n",
        "0::/troupe-0a1b2c3d/x/r_1\n",
        "0::/a-troupe-1/r_1\n",
        "0::/system.slice/troupe-web.service\n"})
    EXPECT_EQ(sign_of_run(with_cgroups(other)), std::nullopt) << other;
}

TEST(SignOfRun, IsAHoldOrAKeeperAboveIt) {
  EXPECT_EQ(
    sign_of_run(below({7, "/opt/bin/troupe\0hold\0"s, ""})),
    "process 7 above it holds Troupe's agents");
  EXPECT_TRUE(sign_of_run(below({7, "troupe\0keeper\0--state-dir\0/s\0"s, ""})));
}

TEST(SignOfRun, IsNoOtherProgramAboveIt) {
  for (const auto& other :
       {"troupe\0run\0hold\0"s,
        "vault\0hold\0"s,
        "troupe\0holder\0"s,
        "troupe hold"s,
        "\0"s,
        "bash\0-c\0troupe hold\0"s})
    EXPECT_EQ(sign_of_run(below({7, other, ""})), std::nullopt) << other;
}

TEST(SignOfRun, IsTheEnvironmentOfAProcessAboveIt) {
  EXPECT_EQ(
    sign_of_run(below({7, "sh\0"s, "A=1\0TROUPE_RUN_ID=r_9\0B=2\0"s})),
    "process 7 above it has TROUPE_RUN_ID=r_9");
  EXPECT_EQ(
    sign_of_run(below({7, "sh\0"s, "X=TROUPE_RUN_ID=r_9\0TROUPE_RUN_IDS=1"s})),
    std::nullopt);
}

TEST(SignOfRun, IsMoreNestingThanAPersonHas) {
  surroundings facts;
  facts.above.resize(surroundings::above_max - 1, {9, "sh\0"s, ""});
  EXPECT_EQ(sign_of_run(facts), std::nullopt);
  facts.above.push_back({9, "sh\0"s, ""});
  EXPECT_TRUE(sign_of_run(facts));
}

TEST(Surroundings, AreReadFromTheKernel) {
  ASSERT_EQ(setenv("TROUPE_RUN_ID", "", 1), 0);
  const auto facts = read_surroundings();
  unsetenv("TROUPE_RUN_ID");
  EXPECT_TRUE(sign_of_run(facts)) << "set to nothing is set";
  ASSERT_FALSE(facts.above.empty());
  EXPECT_EQ(facts.above.front().pid, getppid());
  EXPECT_NE(facts.above.front().words.find('\0'), std::string::npos);
  EXPECT_FALSE(facts.cgroups.empty());
}

} // namespace troupe::cli
