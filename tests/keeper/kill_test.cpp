#include "tests/keeper/world.hpp"

#include "keeper/files.hpp"
#include "keeper/processes.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

/// Trees that do not want to die, under every way to know their members.
class Kill : public keeper_test, public testing::WithParamInterface<conditions> {
protected:
  void SetUp() override {
    keeper_test::SetUp();
    if (GetParam().as_user && (getuid() != 0 || !user_can_run()))
      GTEST_SKIP() << "cannot become another user here";
    if (GetParam().cgroup && !cgroups_here())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
    start_keeper(GetParam());
  }

  void expect_gone_after_kill(fake_supervisor& by, const attempt_key& key) {
    by.send(kill_order{key, kill_scope::tree});
    const auto end = by.next<exited_report>();
    const auto gone = by.next<gone_report>();

    ASSERT_TRUE(end) << log();
    ASSERT_TRUE(gone) << log();
    EXPECT_EQ(gone->proof, GetParam().cgroup ? tier::cgroup : tier::subtree);
    EXPECT_THAT(marked(), testing::IsEmpty());
  }
};

INSTANTIATE_TEST_SUITE_P(
  Tree,
  Kill,
  testing::Values(
    conditions{"cgroup"},
    conditions{"cgroup_without_kill", true, false},
    conditions{"subtree", false},
    conditions{"subtree_as_user", false, true, true}),
  [](const auto& how) { return how.param.name; });

TEST_P(Kill, EndsAChildThatForkedTwiceIntoItsOwnSession) {
  auto by = accept_supervisor();
  const auto what =
    script("(setsid sh -c 'setsid sleep 1000 & echo away' &) ; sleep 1000");
  spawn(by, what);
  ASSERT_TRUE(says("away"));

  expect_gone_after_kill(by, what.key);
}

TEST_P(Kill, EndsOneThatIgnoresEverySignalItCan) {
  auto by = accept_supervisor();
  const auto what = script(
    "trap '' TERM INT HUP QUIT USR1; echo up; while :; do read x </dev/zero; done");
  spawn(by, what);
  ASSERT_TRUE(says("up"));

  by.send(kill_order{what.key, kill_scope::main, SIGTERM});
  expect_gone_after_kill(by, what.key);
}

TEST_P(Kill, EndsOneThatMovesToANewProcessAllTheTime) {
  auto by = accept_supervisor();
  const auto what =
    script("$SELF agent respawn & $SELF agent respawn & echo up; sleep 1000");
  spawn(by, what);
  ASSERT_TRUE(says("up"));

  expect_gone_after_kill(by, what.key);
}

TEST_P(Kill, EndsWhatLivesOnAfterAnAgentThatExitedWell) {
  auto by = accept_supervisor();
  const auto what = script("setsid sleep 1000 & sleep 1000 & exit 0");
  spawn(by, what);
  const auto end = by.next<exited_report>();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 0);
  EXPECT_FALSE(end->tree_empty);
  EXPECT_TRUE(eventually([&] { return marked().size() == 2U; }));

  by.send(kill_order{what.key, kill_scope::tree});

  EXPECT_TRUE(by.next<gone_report>()) << log();
  EXPECT_THAT(marked(), testing::IsEmpty());
}

TEST_P(Kill, SeesATreeEndByItself) {
  auto by = accept_supervisor();
  const auto go = (root_ / "work/1/go").string();
  spawn(by, script("mkfifo " + go + "; setsid cat " + go + " & echo up"));
  const auto end = by.next<exited_report>();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->tree_empty);

  ASSERT_TRUE(write_control(go, "x"));

  EXPECT_TRUE(by.next<gone_report>()) << log();
}

TEST_P(Kill, EndsTwoHundredProcessesAtOnce) {
  auto by = accept_supervisor();
  const auto what = script(
    "i=0; while [ $i -lt 100 ]; do setsid sh -c 'sleep 1000; true' & i=$((i+1)); done; "
    "echo up; wait");
  spawn(by, what);
  ASSERT_TRUE(says("up"));
  ASSERT_TRUE(eventually([&] { return marked().size() >= 201; }));

  const auto before = std::chrono::steady_clock::now();
  expect_gone_after_kill(by, what.key);

  const auto took = std::chrono::steady_clock::now() - before;
  RecordProperty(
    "ms",
    static_cast<int>(
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}

TEST_P(Kill, EndsAFrozenTree) {
  auto by = accept_supervisor();
  const auto what = script("sleep 1000 & sleep 1000 & echo up; wait");
  spawn(by, what);
  ASSERT_TRUE(says("up"));
  by.send(freeze_order{what.key, true});

  expect_gone_after_kill(by, what.key);
}

TEST_P(Kill, RightAfterASpawnLeavesNothing) {
  auto by = accept_supervisor();
  const auto what = script("setsid sleep 1000 & setsid sleep 1000 & wait");

  by.send(what);
  expect_gone_after_kill(by, what.key);
}

TEST_P(Kill, LeavesOtherRunsAlone) {
  auto by = accept_supervisor();
  const auto what = script("sleep 1000");
  auto other = script("sleep 1000", 9);
  other.key.run_id = "r_other";
  other.env[1] = "OTHER=1";
  spawn(by, what);
  const auto alive = spawn(by, other);

  expect_gone_after_kill(by, what.key);

  EXPECT_EQ(::kill(alive.pid, 0), 0);
  by.send(kill_order{other.key, kill_scope::tree});
  EXPECT_TRUE(by.next<gone_report>());
}

TEST_P(Kill, OfTheKeeperItselfByTermLeavesNothing) {
  auto by = accept_supervisor();
  spawn(
    by, script("trap '' TERM; setsid sleep 1000 & sleep 1000 & echo up; wait; wait"));
  ASSERT_TRUE(says("up"));

  ::kill(keeper_pid_, SIGTERM);
  const auto stop = by.next<stop_report>();
  by.send(quit_order{"test"});
  by.leave();

  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->reason, "SIGTERM");
  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_THAT(marked(), testing::IsEmpty());
}

/// Only where a hold stands above the agent.
class Hold : public Kill {
protected:
  int hold_of(int agent) { return parent_of(agent); }
};

INSTANTIATE_TEST_SUITE_P(
  Tree,
  Hold,
  testing::Values(
    conditions{"subtree", false}, conditions{"subtree_as_user", false, true, true}),
  [](const auto& how) { return how.param.name; });

TEST_P(Hold, KilledTakesItsWholeTreeWithIt) {
  auto by = accept_supervisor();
  const auto what = script("setsid sleep 1000 & (setsid sleep 1000 &) ; echo up; wait");
  const auto born = spawn(by, what);
  ASSERT_TRUE(says("up"));

  ::kill(hold_of(born.pid), SIGKILL);
  const auto end = by.next<exited_report>();
  const auto gone = by.next<gone_report>();

  ASSERT_TRUE(end && gone) << log();
  EXPECT_EQ(end->signal, SIGKILL);
  EXPECT_FALSE(end->oom);
  EXPECT_THAT(marked(), testing::IsEmpty());
}

TEST_P(Hold, SurvivesWhatASignalCanDo) {
  auto by = accept_supervisor();
  auto what = script("read x; exit 4");
  what.stdin_open = true;
  const auto born = spawn(by, what);

  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE, SIGALRM})
    ::kill(hold_of(born.pid), signal);
  by.send(close_order{what.key});
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 4);
}

TEST_P(Hold, StoppedByItsAgentIsWokenToTellOfTheEnd) {
  auto by = accept_supervisor();

  spawn(by, script("kill -STOP $PPID; exit 6"));
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 6);
  EXPECT_TRUE(by.next<gone_report>());
}

TEST_P(Hold, EndsItsTreeWhenNobodyIsLeftToKeepIt) {
  auto by = accept_supervisor();
  spawn(by, script("setsid sleep 1000 & sleep 1000 & echo up; wait"));
  ASSERT_TRUE(says("up"));

  by.pidfds().clear();
  ::kill(keeper_pid_, SIGKILL);

  EXPECT_EQ(keeper_code(), 1000 + SIGKILL);
  EXPECT_TRUE(eventually([&] { return none_marked(); }));
}

TEST_P(Hold, KeepsNoneOfTheAgentsStreamsOpen) {
  auto by = accept_supervisor();
  auto what = script("exec 0<&-; echo up; sleep 1000");
  what.stdin_open = true;
  spawn(by, what);
  ASSERT_TRUE(says("up"));

  by.send(write_order{what.key, 1, "x"});
  const auto lost = by.next<unwritten_report>();

  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->why, "closed");
}

} // namespace
} // namespace troupe::keeper
