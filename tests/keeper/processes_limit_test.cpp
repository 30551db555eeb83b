#include "tests/keeper/world.hpp"

#include "keeper/cgroups.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

bool processes_can_be_limited() {
  const cgroups groups("probe" + std::to_string(getpid()));
  const auto group = groups.make({"r_probe", 1}, true);
  return group && group->limit_processes(64);
}

using ProcessesLimit = keeper_test;

TEST_F(ProcessesLimit, RefusesForksToTheAgentAlone) {
  if (!processes_can_be_limited())
    GTEST_SKIP() << "NOT SHOWN: no pids controller that may be used here";
  start_keeper();
  auto by = accept_supervisor();
  auto what = script("exec 2>&1; for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & "
                     "done; echo up; wait");
  what.processes = 5;
  auto other = script("sleep 1000 & echo fine; exit 3", 2);
  other.key.run_id += "_other";
  EXPECT_TRUE(spawn(by, what).processes_limited);
  ASSERT_TRUE(says("ork")) << transcript() << "of the shell's words for it";
  EXPECT_LE(marked().size(), 5U);

  spawn(by, other);
  const auto end =
    by.next<exited_report>([&](const auto& said) { return said.key == other.key; });

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->code, 3);
  EXPECT_FALSE(end->forks_refused) << "it had no limit";
  for (const auto& key : {what.key, other.key}) {
    by.send(kill_order{key, kill_scope::tree});
    EXPECT_TRUE(
      by.next<gone_report>([&](const auto& said) { return said.key == key; }));
  }
}

TEST_F(ProcessesLimit, IsCountedWhenItIsReached) {
  if (!processes_can_be_limited())
    GTEST_SKIP() << "NOT SHOWN: no pids controller that may be used here";
  start_keeper();
  auto by = accept_supervisor();
  auto what = script("sleep 1000 & exit 7");
  what.processes = 1;

  spawn(by, what);
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_GE(end->forks_refused.value_or(0), 1U);
  EXPECT_TRUE(by.next<gone_report>());
}

TEST_F(ProcessesLimit, IsSaidNotToBeHeldWhereThereIsNoController) {
  start_keeper({"", false});
  auto by = accept_supervisor();
  auto what = script("exit 0");
  what.processes = 5;

  EXPECT_FALSE(spawn(by, what).processes_limited);

  EXPECT_TRUE(by.next<gone_report>());
  EXPECT_NE(log().find("processes not limited"), std::string::npos) << log();
}

} // namespace
} // namespace troupe::keeper
