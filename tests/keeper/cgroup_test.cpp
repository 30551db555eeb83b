#include "keeper/cgroups.hpp"

#include "tests/keeper/world.hpp"

#include <csignal>

namespace troupe::keeper {
namespace {

bool processes_can_be_limited() {
  const cgroups groups("probe" + std::to_string(getpid()));
  const auto group = groups.make({"r_probe", 1});
  return group && group->limit_processes(64);
}

using Processes = keeper_test;

TEST_F(Processes, BeyondTheLimitAreRefusedToTheAgentAlone) {
  if (!processes_can_be_limited())
    GTEST_SKIP() << "NOT SHOWN: no pids controller that may be used here";
  start_keeper();
  auto by = accept_supervisor();
  auto what = script("exec 2>&1; for i in 1 2 3 4 5 6 7 8 9; do setsid sleep 1000 & "
                     "done; echo up; wait");
  what.processes = 5;
  auto other = script("sleep 1000 & echo fine; exit 3", 2);
  other.key.run_id += "_other";
  spawn(by, what);
  ASSERT_TRUE(says("fork")) << transcript();
  EXPECT_LE(marked().size(), 5U);

  spawn(by, other);
  const auto end =
    by.next<exited_report>([&](const auto& said) { return said.key == other.key; });

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->code, 3);
  for (const auto& key : {what.key, other.key}) {
    by.send(kill_order{key, kill_scope::tree});
    EXPECT_TRUE(
      by.next<gone_report>([&](const auto& said) { return said.key == key; }));
  }
}

TEST_F(Processes, NotLimitedAreSaidToBeSo) {
  start_keeper({"", false});
  auto by = accept_supervisor();
  auto what = script("exit 0");
  what.processes = 5;

  spawn(by, what);

  EXPECT_TRUE(by.next<gone_report>());
  EXPECT_NE(log().find("processes not limited"), std::string::npos) << log();
}

} // namespace
} // namespace troupe::keeper
