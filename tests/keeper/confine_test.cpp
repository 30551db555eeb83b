#include "keeper/files.hpp"
#include "keeper/landlock.hpp"
#include "tests/keeper/world.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>

namespace troupe::keeper {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

/// Confined agents, in each tier. What the kernel here cannot hold is skipped, loudly.
class Confined : public keeper_test, public testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    keeper_test::SetUp();
    if (GetParam() && !cgroups_here())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
    fs::create_directories(root_ / "mine");
    fs::create_directories(root_ / "others");
    start_keeper({"", GetParam(), true, false});
  }

  void need(int version) {
    if (landlock_version() < version)
      GTEST_SKIP() << "NOT SHOWN: Landlock here is version " << landlock_version();
  }

  spawn_order fenced(const std::string& text) {
    auto what = script(text);
    what.cwd = root_ / "mine";
    what.confine = fence{.writable = {what.cwd}, .if_there = {"/no/such/place"}};
    return what;
  }

  /// Runs to its end; what it printed.
  std::string output(const spawn_order& what) {
    auto by = accept_supervisor();
    const auto born = spawn(by, what);
    if (born.refusal)
      return *born.refusal;
    EXPECT_TRUE(by.next<gone_report>()) << log();
    return transcript() + transcript("stderr.log");
  }
};

INSTANTIATE_TEST_SUITE_P(
  Tier, Confined, testing::Values(true, false), [](const auto& tier) {
    return tier.param ? "cgroup" : "subtree";
  });

TEST_P(Confined, WritesNowhereButWhereItMay) {
  need(6);
  const auto others = (root_ / "others").string();
  std::ofstream(others + "/old") << "precious";

  const auto said = output(fenced(
    "echo a > a && mkdir d && mv a d/a && ln -s x l && rm l && echo made; "
    "echo quiet > /dev/null && echo null; "
    "echo x > " +
    others +
    "/new || echo no; "
    "echo x >> " +
    others +
    "/old || echo no; "
    "true > " +
    others +
    "/old || echo no; "
    "rm " +
    others +
    "/old || echo no; "
    "mkdir " +
    others +
    "/d || echo no; "
    "ln -s " +
    others + "/old link && echo x > link || echo no"));

  EXPECT_THAT(said, HasSubstr("made\nnull\nno\nno\nno\nno\nno\nno\n"));
  EXPECT_EQ(read_file(others + "/old"), "precious");
  EXPECT_EQ(read_file((root_ / "mine/d/a").string()), "a\n");
}

TEST_P(Confined, WritesWhereItIsAllowedToBeside) {
  need(6);
  auto what = fenced("echo x > ../others/new && echo y > ../file && cat ../others/new");
  std::ofstream(root_ / "file") << "";
  what.confine->writable.push_back(root_ / "others");
  what.confine->writable.push_back(root_ / "file");

  EXPECT_EQ(output(what), "x\n");
  EXPECT_EQ(read_file((root_ / "file").string()), "y\n");
}

TEST_P(Confined, SignalsNobodyButItsOwn) {
  need(6);
  const auto keeper_pid = std::to_string(keeper_pid_);

  EXPECT_EQ(
    output(fenced(
      "kill -0 " + keeper_pid +
      " 2>&- || echo not the keeper; sleep 600 & "
      "kill $! && echo its own")),
    "not the keeper\nits own\n");
}

TEST_P(Confined, SignalsOthersIfThatIsAllowed) {
  need(3);
  auto what = fenced("kill -0 " + std::to_string(keeper_pid_) + " && echo reached");
  what.confine->signals = true;

  EXPECT_EQ(output(what), "reached\n");
}

TEST_P(Confined, GainsNoPrivilegeAndKeepsToItsLimits) {
  need(6);
  auto what =
    fenced("grep NoNewPrivs /proc/self/status; ulimit -c; ulimit -n; "
           "trap '' XFSZ; head -c 3000000 /dev/zero > big 2>/dev/null; stat -c %s big");
  what.confine->file_mb = 1;
  what.confine->open_files = 77;

  EXPECT_EQ(output(what), "NoNewPrivs:\t1\n0\n77\n1048576\n");
}

TEST_P(Confined, IsRefusedForAPlaceThatIsNotThere) {
  need(6);
  auto what = fenced("true");
  what.confine->writable.push_back("/no/such/place");

  EXPECT_THAT(
    output(what), HasSubstr("confine.writable: /no/such/place: No such file"));
}

TEST_P(Confined, LeavesTheOthersAsTheyAre) {
  EXPECT_EQ(
    output(script(
      "grep NoNewPrivs /proc/self/status; echo x > " + (root_ / "others/new").string() +
      " && echo written")),
    "NoNewPrivs:\t0\nwritten\n");
}

TEST_P(Confined, IsLikelierToBeEndedForMemoryThanItsKeeperConfinedOrNot) {
  const auto own = std::atoi(read_file("/proc/self/oom_score_adj")->c_str());

  EXPECT_EQ(
    output(script("cat /proc/self/oom_score_adj")),
    std::to_string(std::min(own + 300, 1000)) + "\n");
  EXPECT_EQ(
    std::atoi(
      read_file("/proc/" + std::to_string(keeper_pid_) + "/oom_score_adj")->c_str()),
    own);
}

/// A kernel that cannot do it, as far as the keeper sees.
TEST(Fence, IsRefusedWhereTheKernelLacksIt) {
  setenv("TROUPE_PROBE_LANDLOCK", "0", 1);
  const auto refused = ruleset_for({.writable = {"/tmp"}});
  unsetenv("TROUPE_PROBE_LANDLOCK");

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::refused);
  EXPECT_THAT(refused.error().message, HasSubstr("has no Landlock, or it is off"));
}

} // namespace
} // namespace troupe::keeper
