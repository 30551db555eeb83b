#include "tests/keeper/world.hpp"

#include "keeper/files.hpp"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class Keeper : public keeper_test, public testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    keeper_test::SetUp();
    if (GetParam() && !cgroups_here())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
  }
  void start() { start_keeper({"", GetParam(), true, false}); }
};

INSTANTIATE_TEST_SUITE_P(
  Tier, Keeper, testing::Values(true, false), [](const auto& tier) {
    return tier.param ? "cgroup" : "subtree";
  });

using Daemon = keeper_test;

TEST_P(Keeper, StartsTheNextSupervisorWhichFindsEveryAgent) {
  start();
  auto first = accept_supervisor();
  auto what = script("read x; read y; exit 8");
  what.stdin_open = true;
  const auto born = spawn(first, what);
  first.send(write_order{what.key, 1, ""});

  ::kill(first.pid(), SIGKILL);
  auto second = accept_supervisor();
  second.send(list_order{5});
  const auto kept = second.next<kept_report>();
  const auto again = second.next<spawned_report>();

  EXPECT_EQ(second.epoch(), first.epoch() + 1);
  ASSERT_TRUE(kept && again) << log();
  ASSERT_EQ(kept->attempts.size(), 1U);
  EXPECT_EQ(kept->attempts[0].spawned.pid, born.pid);
  EXPECT_EQ(kept->attempts[0].last_written, 1U);
  EXPECT_EQ(again->pid, born.pid);
  EXPECT_EQ(second.pidfds().size(), GetParam() ? 3U : 5U);
  second.send(write_order{what.key, 2, ""});
  EXPECT_EQ(second.next<exited_report>()->code, 8);
}

TEST_P(Keeper, TellsTheNextSupervisorWhatEndedMeanwhile) {
  start();
  auto first = accept_supervisor();
  auto what = script("read x; exit 8");
  what.stdin_open = true;
  const auto born = spawn(first, what);

  ::kill(first.pid(), SIGKILL);
  ::kill(born.pid, SIGKILL);
  auto second = accept_supervisor();
  ASSERT_TRUE(
    eventually([&] { return std::filesystem::exists(root_ / "work/1/exit.json"); }));
  second.send(list_order{});
  const auto kept = second.next<kept_report>();

  ASSERT_TRUE(kept);
  ASSERT_EQ(kept->attempts.size(), 1U);
  ASSERT_TRUE(kept->attempts[0].exited);
  EXPECT_EQ(kept->attempts[0].exited->signal, SIGKILL);
}

TEST_P(Keeper, NeverStartsASecondCopyThoughBothSupervisorsAsk) {
  start();
  auto first = accept_supervisor();
  const auto what = script("exec sleep 1000");
  const auto born = spawn(first, what);

  ::kill(first.pid(), SIGKILL);
  auto second = accept_supervisor();
  const auto again = spawn(second, what);

  EXPECT_EQ(again.pid, born.pid);
  EXPECT_EQ(marked().size(), 1U);
}

TEST_P(Keeper, LeavesNothingThoughNoSupervisorAnswersItsStop) {
  options_.pace.stop = 50ms;
  start();
  auto by = accept_supervisor();
  spawn(
    by, script("trap '' TERM; setsid sleep 1000 & sleep 1000 & echo up; wait; wait"));
  ASSERT_TRUE(says("up"));

  ::kill(keeper_pid_, SIGTERM);

  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_TRUE(none_marked());
  EXPECT_THAT(log(), HasSubstr("ending reason=no quit in time"));
}

TEST_P(Keeper, SpawnsAHundredAndReportsEveryEnd) {
  start();
  auto by = accept_supervisor();

  for (int i = 0; i < 100; ++i) {
    auto what = script("exit " + std::to_string(i), static_cast<std::uint32_t>(i + 1));
    what.key.run_id = "r_" + std::to_string(i);
    by.send(what);
  }

  for (int i = 0; i < 100; ++i) {
    const auto is_it = [&](const auto& r) {
      return r.key.run_id == "r_" + std::to_string(i);
    };
    const auto end = by.next<exited_report>(is_it);
    ASSERT_TRUE(end) << log();
    EXPECT_EQ(end->code, i);
    EXPECT_TRUE(by.next<gone_report>(is_it));
  }
  EXPECT_EQ(by.pidfds().size(), GetParam() ? 100U : 300U);
}

TEST_F(Daemon, IgnoresOrdersOfAnOlderEpochAndWhatItDoesNotUnderstand) {
  start_keeper();
  auto by = accept_supervisor();

  by.send(script("echo stale", 1), by.epoch() - 1);
  by.send(list_order{1});
  const auto kept = by.next<kept_report>();

  ASSERT_TRUE(kept);
  EXPECT_TRUE(kept->attempts.empty());
  EXPECT_THAT(log(), HasSubstr("order of epoch 0 ignored"));
}

TEST_F(Daemon, TellsItsStarterWhenTheSupervisorIsReady) {
  start_keeper();
  auto by = accept_supervisor();

  by.send(ready_order{"1"});

  EXPECT_EQ(daemon_line(), "");
}

TEST_F(Daemon, WritesDownWhoServesAndWhere) {
  start_keeper();
  auto by = accept_supervisor();

  const auto info = read_daemon(options_.state_dir);
  struct stat socket {};
  stat(options_.socket.c_str(), &socket);

  ASSERT_TRUE(info);
  EXPECT_EQ(info->pid, keeper_pid_);
  EXPECT_EQ(info->epoch, by.epoch());
  EXPECT_EQ(info->socket, options_.socket);
  EXPECT_EQ(socket.st_mode & 0777U, 0600U);
  EXPECT_TRUE(S_ISSOCK(socket.st_mode));
}

TEST_F(Daemon, RemovesItsTracesAtTheEnd) {
  start_keeper();
  auto by = accept_supervisor();

  by.send(quit_order{"idle"});
  by.leave();

  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_FALSE(std::filesystem::exists(options_.socket));
  EXPECT_FALSE(read_daemon(options_.state_dir));
}

TEST_F(Daemon, KillsASupervisorThatStaysAfterQuit) {
  options_.pace.farewell = 50ms;
  start_keeper();
  auto by = accept_supervisor();

  by.send(quit_order{"idle"});

  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_THAT(log(), HasSubstr("supervisor ended signal=9"));
}

TEST_F(Daemon, GivesEpochsThatGrowOverItsLives) {
  start_keeper();
  auto first = accept_supervisor();
  first.send(quit_order{"again"});
  first.leave();
  ASSERT_EQ(keeper_code(), keeper_ended);

  start_keeper();
  auto second = accept_supervisor();

  EXPECT_EQ(second.epoch(), first.epoch() + 1);
}

TEST_F(Daemon, IsRefusedWhereAnotherServes) {
  start_keeper();
  auto by = accept_supervisor();
  const int first = std::exchange(keeper_pid_, 0);

  start_keeper();

  EXPECT_THAT(
    daemon_line(),
    HasSubstr("is served by another keeper (pid " + std::to_string(first)));
  EXPECT_EQ(keeper_code(), keeper_taken);
  EXPECT_TRUE(std::filesystem::exists(options_.socket));
  keeper_pid_ = first;
}

TEST_F(Daemon, GivesUpOnASupervisorThatNeverBecomesReady) {
  options_.supervisor = {"/bin/false"};
  options_.pace.backoff_min = 1ms;
  start_keeper();

  EXPECT_EQ(daemon_line(), "the supervisor does not start: supervisor ended code=1");
  EXPECT_FALSE(std::filesystem::exists(options_.socket)) << "once it says so";
  EXPECT_EQ(keeper_code(), keeper_failed);
}

TEST_F(Daemon, StartsASupervisorThatHadServedAgainAtOnce) {
  options_.pace.ping = 10ms;
  options_.pace.backoff_min = options_.pace.backoff_max = 1h;
  start_keeper();
  auto first = accept_supervisor();
  first.send(ready_order{"1"});
  EXPECT_TRUE(first.answer_a_ping());

  ::kill(first.pid(), SIGKILL);
  auto second = accept_supervisor();

  EXPECT_EQ(second.epoch(), first.epoch() + 1);
  ::kill(keeper_pid_, SIGTERM);
}

TEST_F(Daemon, SaysThatTheSupervisorIsMissing) {
  options_.supervisor = {"/no/such/supervisor"};
  options_.pace.backoff_min = 1ms;
  start_keeper();

  EXPECT_THAT(
    daemon_line(), StartsWith("the supervisor does not start: cannot run /no/such"));
  EXPECT_EQ(keeper_code(), keeper_failed);
}

TEST_F(Daemon, ReplacesASupervisorThatDoesNotAnswer) {
  options_.pace.ping = 10ms;
  options_.pace.patience = 1000ms;
  start_keeper();
  auto deaf = accept_supervisor();

  auto next = accept_supervisor();

  EXPECT_EQ(next.epoch(), deaf.epoch() + 1);
  EXPECT_THAT(log(), HasSubstr("does not answer"));
  ::kill(keeper_pid_, SIGTERM);
}

/// Its answer may wait behind a thousand orders that the keeper has not come to.
TEST_F(Daemon, KeepsASupervisorThatHasMuchToSay) {
  options_.pace.ping = 10ms;
  options_.pace.patience = 2000ms;
  start_keeper();
  auto by = accept_supervisor();
  by.stop_answering();

  const auto end = std::chrono::steady_clock::now() + 3 * options_.pace.patience / 2;
  while (std::chrono::steady_clock::now() < end) {
    by.send(list_order{});
    ASSERT_TRUE(by.next<kept_report>());
  }

  EXPECT_THAT(log(), testing::Not(HasSubstr("does not answer")));
  EXPECT_EQ(accept_supervisor().epoch(), by.epoch() + 1);
}

TEST_F(Daemon, KeepsASupervisorThatAnswers) {
  options_.pace.ping = 5ms;
  options_.pace.patience = 1000ms;
  start_keeper();
  auto by = accept_supervisor();

  spawn(
    by,
    script(
      "for i in 1 2 3 4 5 6 7 8 9; do read -t 0.02 x < /dev/zero; sleep 0.02; done"));
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_THAT(log(), testing::Not(HasSubstr("does not answer")));
}

TEST_F(Daemon, EndsAtOnceAtASecondSignal) {
  start_keeper();
  auto by = accept_supervisor();
  spawn(by, script("sleep 1000"));

  ::kill(keeper_pid_, SIGINT);
  ASSERT_EQ(by.next<stop_report>()->reason, "SIGINT");
  ::kill(keeper_pid_, SIGTERM);

  EXPECT_EQ(keeper_code(), keeper_ended);
}

TEST_F(Daemon, EndsWhenTheSupervisorDiesWhileStopping) {
  start_keeper();
  auto by = accept_supervisor();
  spawn(by, script("sleep 1000"));

  ::kill(keeper_pid_, SIGTERM);
  ASSERT_TRUE(by.next<stop_report>());
  ::kill(by.pid(), SIGKILL);

  EXPECT_EQ(keeper_code(), keeper_ended);
  EXPECT_THAT(log(), HasSubstr("the supervisor ended while stopping"));
}

/// What a keeper leaves that is killed together with its supervisor.
TEST_P(Keeper, KeepsWhatAKilledOneLeftInCgroupsAndEndsTheRest) {
  start();
  auto first = accept_supervisor();
  const auto born = spawn(first, script("setsid sleep 1000 & echo up; sleep 1000"));
  ASSERT_TRUE(says("up"));
  ::kill(keeper_pid_, SIGKILL);
  ASSERT_EQ(keeper_code(), 1000 + SIGKILL);
  first.pidfds().clear();
  first.leave();

  start();
  auto second = accept_supervisor();
  second.send(list_order{1});
  const auto kept = second.next<kept_report>();

  EXPECT_EQ(second.epoch(), first.epoch() + 1);
  ASSERT_TRUE(kept) << log();
  ASSERT_EQ(kept->attempts.size(), GetParam() ? 1U : 0U) << log();
  EXPECT_EQ(none_marked(), !GetParam());
  if (GetParam()) {
    EXPECT_EQ(kept->attempts[0].spawned.pid, born.pid);
  }
}

TEST_F(Daemon, IsNotSucceededWithTheLockOfAnotherDirectory) {
  const auto file = root_ / "lock";
  const descriptor lock(open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  std::filesystem::create_directories(options_.state_dir);
  ASSERT_TRUE(replace_file(options_.state_dir + "/lock", "", false));

  const auto right = lease::inherit(
    options_.state_dir,
    options_.socket,
    descriptor(fcntl(lock.get(), F_DUPFD_CLOEXEC, 3)),
    {},
    wall_now());

  ASSERT_FALSE(right);
  EXPECT_EQ(right.error().code, errc::conflict);
}

} // namespace
} // namespace troupe::keeper
