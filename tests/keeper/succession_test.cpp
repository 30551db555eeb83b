#include "tests/keeper/world.hpp"

#include "keeper/files.hpp"
#include "keeper/succession.hpp"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

using testing::HasSubstr;

/// A keeper that is killed, and the next one, in each tier. Orphans come to the test,
/// which decides when they are waited for.
class Succession : public keeper_test, public testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    keeper_test::SetUp();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    if (GetParam() && !cgroups_here())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
    start();
  }

  void TearDown() override {
    keeper_test::TearDown();
    prctl(PR_SET_CHILD_SUBREAPER, 0);
    while (waitpid(-1, nullptr, WNOHANG) > 0)
      continue;
    for (const auto* probe : {"TROUPE_PROBE_PIDFD_INFO", "TROUPE_PROBE_ZOMBIE"})
      unsetenv(probe);
  }

  void start() { start_keeper({"", GetParam(), true, false}); }

  void kill_keeper() {
    ::kill(keeper_pid_, SIGKILL);
    EXPECT_EQ(keeper_code(), 1000 + SIGKILL);
  }

  void kill_both(fake_supervisor& supervisor) {
    kill_keeper();
    supervisor.leave();
    supervisor.pidfds().clear();
  }

  /// As the supervisor does it that was entrusted with one attempt.
  void succeed(fake_supervisor& of, const spawned_report& known) {
    const auto will = of.next<will_report>();
    ASSERT_TRUE(will && known.left);
    const auto lock = options_.state_dir + "/lock";
    const descriptor held(open(lock.c_str(), O_RDWR | O_CLOEXEC));
    const descriptor door(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    left_attempt left{known, {}, {}, {}};
    for (const auto& fd : of.pidfds())
      left.descriptors.push_back(fd.get());
    ASSERT_EQ(left.descriptors.size(), known.left->beside.size());
    auto file = print_manifest(
      {.lock = held.get(), .listener = door.get(), .will = *will, .attempts = {left}});
    ASSERT_TRUE(file);
    options_.manifest_fd = file->get();
    start();
    of.pidfds().clear();
  }

  spawn_order talkative(const std::string& text) {
    auto what = script(text);
    what.stdin_open = true;
    return what;
  }
};

/// What concerns agents in cgroups alone: they are written down, and have no hold.
class SuccessionInCgroups : public Succession {};

constexpr auto tier_name = [](const auto& tier) {
  return tier.param ? "cgroup" : "subtree";
};

INSTANTIATE_TEST_SUITE_P(Tier, Succession, testing::Values(true, false), tier_name);
INSTANTIATE_TEST_SUITE_P(Tier, SuccessionInCgroups, testing::Values(true), tier_name);

TEST_P(Succession, GoesOnWithTheAgentsOfAKilledKeeper) {
  auto first = accept_supervisor();
  const auto what = talkative("read x; read y; echo $x $y; exit 8");
  const auto born = spawn(first, what);
  first.send(write_order{what.key, 1, "one"});
  first.send(list_order{1});
  ASSERT_TRUE(first.next<kept_report>());
  kill_keeper();
  succeed(first, born);
  auto second = accept_supervisor();
  const auto again = second.next<spawned_report>();
  second.send(list_order{2});
  const auto kept = second.next<kept_report>();

  ASSERT_TRUE(again && kept) << log();
  EXPECT_EQ(second.epoch(), first.epoch() + 1);
  EXPECT_EQ(again->pid, born.pid);
  ASSERT_EQ(kept->attempts.size(), 1U);
  EXPECT_EQ(kept->attempts[0].last_written, 1U);
  second.send(write_order{what.key, 1, "one"});
  second.send(write_order{what.key, 2, "two"});
  const auto end = second.next<exited_report>();
  const auto gone = second.next<gone_report>();
  ASSERT_TRUE(end && gone) << log();
  EXPECT_EQ(end->code, 8);
  EXPECT_EQ(gone->proof, born.proof);
  EXPECT_EQ(transcript(), "one two\n");
}

TEST_P(Succession, HoldsNothingThatIsNotNamed) {
  auto first = accept_supervisor();
  const auto born = spawn(first, talkative("read x"));
  kill_keeper();
  const descriptor opened_meanwhile(open("/proc/meminfo", O_RDONLY));
  succeed(first, born);
  auto second = accept_supervisor();
  ASSERT_TRUE(second.next<spawned_report>()) << log();

  const auto open_in_it = "/proc/" + std::to_string(keeper_pid_) + "/fd";
  for (const auto& each : std::filesystem::directory_iterator(open_in_it))
    EXPECT_NE(std::filesystem::read_symlink(each), "/proc/meminfo");
}

TEST_P(Succession, LosesAndDoublesNoByteOfWhatWaitsForAnAgentThatReadsLate) {
  auto first = accept_supervisor();
  const auto what = talkative("read go; cat");
  const auto born = spawn(first, what);
  const std::string block(100'000, 'x');
  std::string expected;
  for (std::uint64_t n = 1; n <= 20; ++n) {
    first.send(write_order{what.key, n, std::to_string(n) + block});
    if (n > 1)
      expected += std::to_string(n) + block + "\n";
  }
  first.send(list_order{1});
  ASSERT_TRUE(first.next<kept_report>());
  kill_keeper();
  succeed(first, born);
  auto second = accept_supervisor();
  second.send(write_order{what.key, 21, "end"});
  second.send(close_order{what.key});
  const auto end = second.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->code, 0);
  const auto size = std::filesystem::file_size(root_ / "work/1/stdout.ndjson");
  EXPECT_EQ(size, expected.size() + 4);
  EXPECT_TRUE(transcript().starts_with(expected.substr(0, 1 << 19)));
}

TEST_P(Succession, RefusesAnotherCopyAndProvesTheOldOneGone) {
  auto first = accept_supervisor();
  const auto what = script("trap '' TERM; setsid sleep 1000 & echo up; sleep 1000");
  const auto born = spawn(first, what);
  ASSERT_TRUE(says("up"));
  kill_keeper();
  succeed(first, born);
  auto second = accept_supervisor();
  const auto refused = spawn(second, script("echo copy", 2));
  second.send(kill_order{what.key, kill_scope::tree});
  const auto gone = second.next<gone_report>();

  EXPECT_TRUE(refused.refusal);
  ASSERT_TRUE(gone) << log();
  EXPECT_EQ(gone->proof, born.proof);
  EXPECT_TRUE(none_marked());
  second.send(forget_order{what.key});
  EXPECT_FALSE(spawn(second, script("echo next", 3)).refusal);
}

TEST_P(Succession, KnowsHowAnAgentEndedMeanwhile) {
  auto first = accept_supervisor();
  const auto born = spawn(first, talkative("read x; exit 5"));
  kill_keeper();
  ::kill(born.pid, SIGUSR2);
  if (GetParam()) {
    int status = 0;
    ASSERT_EQ(waitpid(born.pid, &status, 0), born.pid);
  }
  succeed(first, born);
  auto second = accept_supervisor();
  const auto end = second.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->signal, SIGUSR2);
  EXPECT_TRUE(second.next<gone_report>());
}

TEST_P(Succession, KnowsTheEndOfWhatNobodyHasWaitedForWithoutPidfdInfo) {
  setenv("TROUPE_PROBE_PIDFD_INFO", "0", 1);
  auto first = accept_supervisor();
  const auto born = spawn(first, talkative("read x; exit 5"));
  kill_keeper();
  ::kill(born.pid, SIGUSR2);
  succeed(first, born);
  auto second = accept_supervisor();
  const auto end = second.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_EQ(end->signal, SIGUSR2);
}

TEST_P(SuccessionInCgroups, SaysThatItDoesNotKnowWhereTheKernelDoesNotTell) {
  auto first = accept_supervisor();
  setenv("TROUPE_PROBE_PIDFD_INFO", "0", 1);
  const auto born = spawn(first, talkative("read x; exit 5"));
  kill_keeper();
  ::kill(born.pid, SIGKILL);
  ASSERT_EQ(waitpid(born.pid, nullptr, 0), born.pid);
  succeed(first, born);
  auto second = accept_supervisor();
  const auto end = second.next<exited_report>();

  ASSERT_TRUE(end) << log();
  EXPECT_FALSE(end->code);
  EXPECT_FALSE(end->signal);
  EXPECT_TRUE(second.next<gone_report>());
}

TEST_P(Succession, FindsAgainWhatNobodyHolds) {
  auto first = accept_supervisor();
  const auto born = spawn(first, script("echo up; exec sleep 1000"));
  ASSERT_TRUE(says("up"));
  kill_both(first);
  start();
  auto second = accept_supervisor();
  second.send(list_order{});
  const auto kept = second.next<kept_report>();

  ASSERT_TRUE(kept) << log();
  if (!GetParam()) {
    EXPECT_TRUE(kept->attempts.empty()) << "a hold that nobody holds ends its tree";
    EXPECT_TRUE(none_marked());
    return;
  }
  ASSERT_EQ(kept->attempts.size(), 1U);
  EXPECT_EQ(kept->attempts[0].spawned.pid, born.pid);
  ::kill(born.pid, SIGUSR2);
  EXPECT_EQ(second.next<exited_report>()->signal, SIGUSR2);
}

TEST_P(SuccessionInCgroups, TakesNoOtherProcessForTheOneThatIsWrittenDown) {
  auto first = accept_supervisor();
  const auto born = spawn(first, script("echo up; exec sleep 1000"));
  ASSERT_TRUE(says("up"));
  kill_both(first);
  const auto file = options_.state_dir + "/processes/" + run_id_ + ".1.json";
  auto text = read_file(file).value_or("");
  const auto at = text.find("\"boot\":\"") + 8;
  text[at] = text[at] == '0' ? '1' : '0';
  ASSERT_TRUE(replace_file(file, text, false));
  start();
  auto second = accept_supervisor();
  second.send(list_order{});

  EXPECT_TRUE(second.next<kept_report>()->attempts.empty());
  EXPECT_TRUE(none_marked()) << born.pid;
  EXPECT_FALSE(read_file(file));
}

} // namespace
} // namespace troupe::keeper
