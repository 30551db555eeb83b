#include "tests/keeper/world.hpp"

#include "keeper/files.hpp"
#include "keeper/input.hpp"
#include "protocol/json.hpp"

#include <csignal>
#include <gmock/gmock.h>
#include <poll.h>
#include <sys/stat.h>

namespace troupe::keeper {
namespace {

using testing::HasSubstr;

/// One keeper in each tier; both must look the same from outside.
class Attempt : public keeper_test, public testing::WithParamInterface<bool> {
protected:
  void SetUp() override {
    keeper_test::SetUp();
    if (GetParam() && !cgroups_here())
      GTEST_SKIP() << "no cgroup v2 that may be used here";
    start_keeper({"", GetParam(), true, false});
  }
};

INSTANTIATE_TEST_SUITE_P(
  Tier, Attempt, testing::Values(true, false), [](const auto& tier) {
    return tier.param ? "cgroup" : "subtree";
  });

TEST_P(Attempt, WritesBothStreamsIntoItsTranscript) {
  auto by = accept_supervisor();

  const auto born = spawn(by, script("echo one; echo two >&2; pwd; umask; ulimit -n"));
  const auto end = by.next<exited_report>();
  const auto gone = by.next<gone_report>();

  EXPECT_FALSE(born.refusal) << *born.refusal;
  EXPECT_EQ(born.proof, GetParam() ? tier::cgroup : tier::subtree);
  ASSERT_TRUE(end && gone);
  EXPECT_EQ(end->code, 0);
  EXPECT_TRUE(end->tree_empty);
  EXPECT_EQ(gone->proof, born.proof);
  EXPECT_TRUE(transcript().starts_with("one\n/\n0022\n")) << transcript();
  EXPECT_EQ(transcript("stderr.log"), "two\n");
  struct stat facts {};
  stat((root_ / "work/1/stdout.ndjson").c_str(), &facts);
  EXPECT_EQ(facts.st_mode & 0777U, 0400U);
}

TEST_P(Attempt, AnswersWhatIsWrittenToARefusedOne) {
  auto by = accept_supervisor();
  auto what = script("true");
  what.argv = {"/nowhere/program"};
  what.stdin_open = true;

  by.send(what);
  by.send(write_order{.key = what.key, .n = 1, .line = "hello"});
  const auto lost = by.next<unwritten_report>();

  ASSERT_TRUE(lost) << log();
  EXPECT_EQ(lost->n, 1U);
  EXPECT_EQ(lost->why, "closed");
}

TEST_P(Attempt, HandsOverAPidfdThatTellsOfItsEnd) {
  auto by = accept_supervisor();
  auto what = script("read line");
  what.stdin_open = true;

  spawn(by, what);
  ASSERT_FALSE(by.pidfds().empty());
  by.pidfds().resize(1);
  pollfd watch{by.pidfds()[0].get(), POLLIN, 0};
  EXPECT_EQ(poll(&watch, 1, 0), 0);
  by.send(close_order{what.key});

  EXPECT_EQ(poll(&watch, 1, 10'000), 1);
}

TEST_P(Attempt, GetsWholeLinesOnceHoweverOftenTheyAreSent) {
  auto by = accept_supervisor();
  auto what = script("cat");
  what.stdin_open = true;
  spawn(by, what);

  for (const auto n : {1U, 2U, 1U, 2U, 3U})
    by.send(write_order{what.key, n, "line " + std::to_string(n)});
  by.send(close_order{what.key});
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(transcript(), "line 1\nline 2\nline 3\n");
}

TEST_P(Attempt, GetsALongQueueInOrderThoughItReadsLate) {
  auto by = accept_supervisor();
  auto what = script("read go; cat");
  what.stdin_open = true;
  spawn(by, what);
  const std::string block(100'000, 'x');

  for (std::uint64_t n = 1; n <= 30; ++n)
    by.send(write_order{what.key, n, std::to_string(n) + block});
  by.send(close_order{what.key});
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  const auto text = read_file(root_ / "work/1/stdout.ndjson").value_or("");
  EXPECT_TRUE(text.starts_with("2" + block)) << text.substr(0, 20);
  EXPECT_EQ(
    std::filesystem::file_size(root_ / "work/1/stdout.ndjson"),
    29 * 100'001 + 8 + 2 * 21);
}

TEST_P(Attempt, SaysWhichLinesAnAgentWithoutStdinDidNotGet) {
  auto by = accept_supervisor();
  auto what = script("exec 0<&-; echo closed; read x < /dev/zero");
  what.stdin_open = true;
  spawn(by, what);
  ASSERT_TRUE(says("closed"));

  by.send(write_order{what.key, 1, "lost"});
  const auto lost = by.next<unwritten_report>();

  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->n, 1U);
  EXPECT_EQ(lost->why, "closed");
}

TEST_P(Attempt, ReportsItsExitCodeAndKeepsItInAFile) {
  auto by = accept_supervisor();

  spawn(by, script("exit 7"));
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 7);
  EXPECT_FALSE(end->signal);
  EXPECT_GT(end->peak_memory_mb.value_or(0), 0U);
  const auto kept = decode_text<exited_report>(transcript("exit.json"));
  ASSERT_TRUE(kept) << kept.error().message;
  EXPECT_EQ(kept->code, 7);
  EXPECT_EQ(kept->at, end->at);
}

TEST_P(Attempt, ReportsTheSignalThatKilledIt) {
  auto by = accept_supervisor();
  const auto what = script("echo up; while :; do read x < /dev/zero; done");
  spawn(by, what);
  ASSERT_TRUE(says("up"));

  by.send(kill_order{what.key, kill_scope::main, SIGTERM});
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->signal, SIGTERM);
  EXPECT_FALSE(end->code);
  EXPECT_FALSE(end->oom);
}

TEST_P(Attempt, StoppedByItselfStillActsOnASignal) {
  auto by = accept_supervisor();
  const auto what = script("trap 'echo bye; exit 3' TERM; echo up; kill -STOP $$");
  const auto born = spawn(by, what);
  ASSERT_TRUE(eventually([&] {
    const auto stat =
      read_file("/proc/" + std::to_string(born.pid) + "/stat").value_or("");
    return stat.find(") T ") != std::string::npos;
  }));

  by.send(kill_order{what.key, kill_scope::main, SIGTERM});
  const auto end = by.next<exited_report>();

  ASSERT_TRUE(end);
  EXPECT_EQ(end->code, 3);
}

TEST_P(Attempt, FreezesAndGoesOn) {
  auto by = accept_supervisor();
  const auto what = script("while :; do echo tick; done");
  spawn(by, what);
  ASSERT_TRUE(says("tick"));
  const auto size = [&] {
    return std::filesystem::file_size(root_ / "work/1/stdout.ndjson");
  };

  by.send(freeze_order{what.key, true});
  by.send(list_order{1});
  ASSERT_TRUE(by.next<kept_report>());
  auto before = size();
  const bool still =
    eventually([&] { return std::exchange(before, size()) == size(); });
  const auto frozen_at = size();
  by.send(freeze_order{what.key, false});

  EXPECT_TRUE(still);
  EXPECT_TRUE(eventually([&] { return size() > frozen_at; }));
  by.send(kill_order{what.key, kill_scope::tree});
  EXPECT_TRUE(by.next<gone_report>());
}

TEST_P(Attempt, SpawnedAgainAnswersTheSame) {
  auto by = accept_supervisor();
  auto what = script("read x");
  what.stdin_open = true;

  const auto first = spawn(by, what);
  const auto second = spawn(by, what);

  EXPECT_GT(first.pid, 0);
  EXPECT_EQ(second.pid, first.pid);
  EXPECT_EQ(by.pidfds().size(), GetParam() ? 6U : 10U);
}

TEST_P(Attempt, IsRefusedWhileAnotherOfTheRunIsNotGone) {
  auto by = accept_supervisor();
  const auto first = script("sleep 1000");
  spawn(by, first);

  const auto refused = spawn(by, script("true", 2));
  by.send(kill_order{first.key, kill_scope::tree});
  ASSERT_TRUE(by.next<gone_report>());
  const auto accepted = spawn(by, script("true", 2));

  ASSERT_TRUE(refused.refusal);
  EXPECT_EQ(
    *refused.refusal,
    "attempt 1 of run " + run_id_ +
      " is not gone yet; end its tree and wait for the gone report");
  EXPECT_FALSE(accepted.refusal) << *accepted.refusal;
}

TEST_P(Attempt, OfAMissingProgramIsRefusedWithWhereItWasLookedFor) {
  auto by = accept_supervisor();
  auto what = script("");
  what.argv = {"no-such-agent"};

  const auto answer = spawn(by, what);

  EXPECT_EQ(
    answer.refusal,
    "no such program: no-such-agent, looked for on PATH /usr/bin:/bin; install it, or "
    "give its full path");
  EXPECT_FALSE(answer.retriable);
}

TEST_P(Attempt, InAMissingDirectoryIsRefused) {
  auto by = accept_supervisor();
  auto what = script("true");
  what.cwd = "/no/such/place";

  EXPECT_EQ(
    spawn(by, what).refusal,
    "cannot enter directory /no/such/place: it does not exist; create it or give "
    "another "
    "cwd");
}

TEST_P(Attempt, WithoutPermissionIsRefused) {
  auto by = accept_supervisor();
  auto what = script("");
  what.argv = {"/etc/passwd"};

  EXPECT_EQ(
    spawn(by, what).refusal,
    "permission denied: /etc/passwd may not be executed by this user; set its x bit or "
    "name another program");
}

TEST_P(Attempt, WithAMissingInterpreterIsRefused) {
  auto by = accept_supervisor();
  auto what = script("");
  const auto path = (root_ / "odd").string();
  ASSERT_TRUE(replace_file(path, "#!/no/interpreter\n", false));
  chmod(path.c_str(), 0755);
  what.argv = {path};

  const auto answer = spawn(by, what);

  EXPECT_THAT(
    answer.refusal.value_or(""),
    testing::StartsWith("cannot run " + path + ": the interpreter"));
}

TEST_P(Attempt, RefusedOnceCanBeTriedAgain) {
  auto by = accept_supervisor();
  auto what = script("exit 5");
  what.cwd = root_ / "later";
  ASSERT_TRUE(spawn(by, what).refusal);
  std::filesystem::create_directories(what.cwd);
  std::filesystem::permissions(what.cwd, std::filesystem::perms::all);

  const auto answer = spawn(by, what);

  EXPECT_FALSE(answer.refusal) << *answer.refusal;
  EXPECT_EQ(by.next<exited_report>()->code, 5);
}

TEST_P(Attempt, IsListedUntilItIsForgotten) {
  auto by = accept_supervisor();
  const auto what = script("exit 1");
  spawn(by, what);
  ASSERT_TRUE(by.next<gone_report>());

  by.send(list_order{1});
  const auto before = by.next<kept_report>();
  by.send(forget_order{what.key});
  by.send(list_order{2});
  const auto after = by.next<kept_report>();

  ASSERT_TRUE(before && after);
  ASSERT_EQ(before->attempts.size(), 1U);
  EXPECT_EQ(before->request, 1U);
  EXPECT_EQ(before->attempts[0].exited->code, 1);
  EXPECT_TRUE(before->attempts[0].gone);
  EXPECT_TRUE(after->attempts.empty());
}

TEST_P(Attempt, WithABadNameIsRefused) {
  auto by = accept_supervisor();
  auto what = script("true");
  what.key.run_id = "../../x";

  EXPECT_EQ(
    spawn(by, what).refusal,
    "run_id ../../x is not letters, digits, _ and - (at most 64)");
}

TEST_P(Attempt, HasNoDescriptorsButItsOwn) {
  auto by = accept_supervisor();

  spawn(by, script("ls /proc/self/fd"));
  ASSERT_TRUE(by.next<exited_report>());

  EXPECT_EQ(transcript(), "0\n1\n2\n3\n");
}

TEST_P(Attempt, HasDefaultSignalsAndASessionOfItsOwn) {
  auto by = accept_supervisor();

  const auto born = spawn(
    by,
    script("grep -E 'Sig(Blk|Ign)' /proc/self/status; cut -d' ' -f6 /proc/self/stat"));
  ASSERT_TRUE(by.next<exited_report>());

  EXPECT_EQ(
    transcript(),
    "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n" +
      std::to_string(born.pid) + "\n");
}

} // namespace
} // namespace troupe::keeper
