#include "keeper/identity.hpp"
#include "keeper/orphan.hpp"
#include "keeper/processes.hpp"
#include "keeper/spawn.hpp"

#include <csignal>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

/// With and without handles of pidfs.
class Identity : public testing::TestWithParam<const char*> {
protected:
  void SetUp() override { setenv("TROUPE_PROBE_PIDFS", GetParam(), 1); }
  void TearDown() override { unsetenv("TROUPE_PROBE_PIDFS"); }

  static launched sleeper() {
    launch what;
    what.program = "/bin/sleep";
    what.argv = {"sleep", "1000"};
    return std::move(*start(what));
  }

  static void end(const launched& process) {
    kill(process.pid, SIGKILL);
    waitpid(process.pid, nullptr, 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Probe, Identity, testing::Values("1", "0"));

TEST_P(Identity, FindsTheProcessWhileItLives) {
  const auto process = sleeper();
  const auto who = identify(process.pid, process.pidfd.get());

  const auto found = find_process(who);
  ASSERT_TRUE(found);
  send_signal(found.get(), SIGKILL);

  int status = 0;
  EXPECT_EQ(waitpid(process.pid, &status, 0), process.pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_FALSE(find_process(who)) << "it was waited for";
}

TEST_P(Identity, IsOfOneBootOnly) {
  const auto process = sleeper();
  auto who = identify(process.pid, process.pidfd.get());
  who.boot = "another";

  EXPECT_FALSE(find_process(who));
  end(process);
}

TEST_P(Identity, IsNotTheNumber) {
  const auto ended = sleeper();
  auto who = identify(ended.pid, ended.pidfd.get());
  end(ended);
  const auto other = sleeper();
  who.pid = other.pid;
  who.started -= 1;

  EXPECT_FALSE(find_process(who));
  end(other);
}

TEST(Orphan, TellsItsStatusBeforeAndAfterItIsWaitedFor) {
  launch what;
  what.program = "/bin/sh";
  what.argv = {"sh", "-c", "exit 7"};
  const auto process = std::move(*start(what));
  pollfd ended{process.pidfd.get(), POLLIN, 0};
  ASSERT_EQ(poll(&ended, 1, 10'000), 1);

  const auto before = end_of_orphan(process.pid, process.pidfd.get());
  waitpid(process.pid, nullptr, 0);
  const auto after = end_of_orphan(process.pid, process.pidfd.get());

  EXPECT_EQ(before.cause, CLD_EXITED);
  EXPECT_EQ(before.status, 7);
  if (after.cause == 0)
    GTEST_SKIP() << "NOT SHOWN: PIDFD_GET_INFO tells the end from Linux 6.15 on";
  EXPECT_EQ(after.status, 7);
}

} // namespace
} // namespace troupe::keeper
