#include "tests/keeper/world.hpp"

#include "keeper/cgroups.hpp"
#include "keeper/files.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

/// A v1 memory group around a whole keeper; empty if this machine gives none.
std::string narrow_group(int keeper_pid, std::uint64_t bytes) {
  std::string path = "/sys/fs/cgroup/memory/troupe-test-" + std::to_string(keeper_pid);
  if (mkdir(path.c_str(), 0755) < 0)
    return {};
  if (
    write_control(path + "/memory.limit_in_bytes", std::to_string(bytes)) &&
    write_control(path + "/cgroup.procs", std::to_string(keeper_pid)))
    return path;
  rmdir(path.c_str());
  return {};
}

bool memory_can_be_limited() {
  const cgroups groups("probe" + std::to_string(getpid()));
  const auto group = groups.make({"r_probe", 1});
  return group && group->limit_memory(64);
}

using Memory = keeper_test;

TEST_F(Memory, ProvesAnOomBehindAWrapperThatHidesIt) {
  if (!memory_can_be_limited())
    GTEST_SKIP()
      << "no memory controller that may be used here: OOM proof is not tested";
  start_keeper();
  auto by = accept_supervisor();
  auto what = script("$SELF agent hog; exit 42");
  what.memory_mb = 64;

  EXPECT_TRUE(spawn(by, what).memory_limited);
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->code, 42);
  EXPECT_EQ(end->oom, "proved");
  EXPECT_GE(end->peak_memory_mb, 60U);
  EXPECT_LE(end->peak_memory_mb, 64U);
  EXPECT_TRUE(by.next<gone_report>());
}

TEST_F(Memory, SaysThatALimitIsNotHeldWhereThereIsNoController) {
  start_keeper({"", false});
  auto by = accept_supervisor();
  auto what = script("sleep 1000");
  what.memory_mb = 64;

  EXPECT_FALSE(spawn(by, what).memory_limited);
}

TEST_F(Memory, DoesNotCallAKillByOthersAnOom) {
  start_keeper();
  auto by = accept_supervisor();
  const auto born = spawn(by, script("sleep 1000"));

  ::kill(born.pid, SIGKILL);
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGKILL);
  EXPECT_FALSE(end->oom);
}

TEST_F(Memory, FindsAnOomLikelyWhereThereIsNoCounter) {
  start_keeper({"", false});
  auto by = accept_supervisor();
  const auto around = narrow_group(keeper_pid_, 200U << 20);
  if (around.empty())
    GTEST_SKIP() << "no v1 memory group may be made here: likely OOM is not tested";
  auto what = script("");
  what.argv = {options_.hold[0], "agent", "hog"};

  spawn(by, what);
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->signal, SIGKILL);
  EXPECT_EQ(end->oom, "likely");
  EXPECT_GE(end->peak_memory_mb, 100U);
  EXPECT_TRUE(by.next<gone_report>());
  by.send(quit_order{"done"});
  by.leave();
  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_TRUE(eventually([&] { return rmdir(around.c_str()) == 0; }));
}

} // namespace
} // namespace troupe::keeper
