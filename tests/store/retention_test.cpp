#include "store/retention.hpp"

#include "scratch.hpp"
#include "some_run.hpp"

#include "store/descriptor.hpp"
#include "store/notices.hpp"
#include "store/run_files.hpp"
#include "store/team_files.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

namespace troupe::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t day_ms = 86'400'000;
constexpr timestamp now{1'700'000'000'000};

struct RunsToRemove : testing::Test {
  kept_runs all;

  /// A run of a session of its own, unless that is said, and of ten bytes.
  std::string add(std::int64_t at_ms, run_phase phase = run_phase::completed) {
    auto run = some_run({at_ms}, phase);
    all.bytes[run.view.run_id] = 10;
    all.runs.push_back(std::move(run));
    return all.runs.back().view.run_id;
  }
  std::string add_to(std::string session, std::int64_t at_ms) {
    const auto id = add(at_ms);
    all.runs.back().view.session_id = std::move(session);
    all.runs.back().view.backend_session_id = "conversation";
    return id;
  }
  std::vector<std::string> go(std::uint32_t days, std::uint64_t bytes_max) const {
    std::vector<std::string> ids;
    for (const auto& each : runs_to_remove(all, days, bytes_max, now))
      ids.push_back(each.run_id);
    return ids;
  }
};

TEST_F(RunsToRemove, AreFinalAndOlderThanTheDaysOldestFirst) {
  const auto old = add(now.ms - 30 * day_ms - 1, run_phase::cancelled);
  const auto older = add(now.ms - 31 * day_ms);
  add(now.ms - 31 * day_ms, run_phase::working);
  add(now.ms - 30 * day_ms, run_phase::failed);
  add(now.ms);
  EXPECT_THAT(go(30, 0), ElementsAre(older, old));
  EXPECT_THAT(go(0, 0), IsEmpty());
}

TEST_F(RunsToRemove, AreThoseThatEndedFirstWhereAllTakeTooMuch) {
  const auto second = add(2, run_phase::failed);
  const auto first = add(1);
  add(3, run_phase::cancelled);
  EXPECT_THAT(go(0, 30), IsEmpty());
  EXPECT_THAT(go(0, 29), ElementsAre(first));
  EXPECT_THAT(go(0, 10), ElementsAre(first, second));
  EXPECT_THAT(go(0, 0), IsEmpty());
}

TEST_F(RunsToRemove, AreNeverLiveNorOfALiveConversation) {
  add(1, run_phase::working);
  add(1, run_phase::parked);
  add_to(all.runs.back().view.session_id, 1);
  const auto only = add(2);
  EXPECT_THAT(go(0, 1), ElementsAre(only));
  EXPECT_THAT(go(1, 1), ElementsAre(only));
}

TEST_F(RunsToRemove, AreNotNeeded) {
  all.needed.insert(add(1));
  const auto other = add(2);
  EXPECT_THAT(go(1, 1), ElementsAre(other));
}

TEST_F(RunsToRemove, LeaveWhatCanBeContinuedForTheEnd) {
  const auto old = add_to("s", now.ms - 3);
  const auto newest = add_to("s", now.ms - 2);
  const auto other = add(now.ms - 1);
  EXPECT_THAT(go(0, 1), ElementsAre(old, other, newest));
}

TEST_F(RunsToRemove, CountTowardsTheSizeWhenTheyAreOld) {
  const auto old = add_to("s", now.ms - 2 * day_ms);
  add(now.ms);
  EXPECT_THAT(go(1, 10), ElementsAre(old));
}

/// Runs on a disk, for the plan of a sweep.
struct PlanSweep : testing::Test {
  scratch dir;
  layout at{dir / "state"};

  std::string make(std::int64_t days_ago, run_phase phase = run_phase::completed) {
    const auto run = some_run({now.ms - days_ago * day_ms}, phase);
    EXPECT_TRUE(create_run(at, run, some_launch()));
    EXPECT_TRUE(create_attempt(at, run.view.run_id, 1, "t"));
    return run.view.run_id;
  }
  std::vector<std::string> plan(std::uint32_t days, std::uint64_t bytes_max = 0) const {
    std::vector<std::string> ids;
    for (const auto& each : plan_sweep(at, days, bytes_max, now))
      ids.push_back(each.run_id);
    return ids;
  }
};

TEST_F(PlanSweep, ReadsAgesAndSizesFromTheDisk) {
  const auto old = make(40);
  const auto big = make(20);
  make(50, run_phase::working);
  make(1);
  constexpr std::uint64_t mib = 1 << 20;
  write(at.stdout_file(big, 1), std::string(mib, 'x'));
  EXPECT_GE(bytes_of_run(at, big), mib);
  EXPECT_LT(bytes_of_run(at, old), mib);
  EXPECT_THAT(plan(30, 2 * mib), ElementsAre(old));
  EXPECT_THAT(plan(30, mib), ElementsAre(old, big));
  EXPECT_THAT(plan(0), IsEmpty());
}

TEST_F(PlanSweep, LeavesWhatALiveTeamAWorktreeOrANoticeNeeds) {
  const auto in_team = make(40);
  const auto before = make(40);
  const auto with_worktree = make(40);
  const auto to_tell = make(40);
  const auto in_ended_team = make(40);
  team_record team{.view = {.team_id = new_team_id(now)}, .states = {}, .members = {}};
  team.members["a"] = {.run_id = in_team, .predecessor = before};
  ASSERT_TRUE(create_team(at, team, {}));
  team.view.team_id = new_team_id(now);
  team.view.phase = team_phase::completed;
  team.members["a"] = {.run_id = in_ended_team, .predecessor = {}};
  ASSERT_TRUE(create_team(at, team, {}));
  std::filesystem::create_directories(at.worktree(with_worktree));
  ASSERT_TRUE(save_notice(at, {.run_id = to_tell, .seq = 3, .policy = {}, .env = {}}));

  EXPECT_THAT(plan(30), ElementsAre(in_ended_team));

  ASSERT_TRUE(remove_notice(at, to_tell, 3));
  std::filesystem::remove(at.worktree(with_worktree));
  EXPECT_THAT(
    plan(30), testing::UnorderedElementsAre(in_ended_team, with_worktree, to_tell));
}

class RemoveRun : public testing::Test {
protected:
  scratch dir_;
  layout at_{dir_ / "state"};

  std::string made(run_phase phase) {
    const auto run = some_run(now, phase);
    EXPECT_TRUE(create_run(at_, run, some_launch()));
    EXPECT_TRUE(create_attempt(at_, run.view.run_id, 1, "t"));
    return run.view.run_id;
  }
};

TEST_F(RemoveRun, RemovesAFinalOneWithAllItsFilesAndNoOther) {
  const auto id = made(run_phase::completed);
  const auto other = made(run_phase::completed);
  ASSERT_TRUE(remove_run(at_, id));
  EXPECT_FALSE(std::filesystem::exists(at_.run(id)));
  EXPECT_TRUE(std::filesystem::exists(at_.token_file(other, 1)));
  EXPECT_EQ(remove_run(at_, id).error().code, errc::not_found);
}

TEST_F(RemoveRun, TakesTheConversationOfWhichItWasTheLast) {
  const auto id = made(run_phase::completed);
  const auto session_id = load_run(at_, id)->view.session_id;
  session_record session{.session_id = session_id, .last_run_id = "r_other"};
  ASSERT_TRUE(save_session(at_, session));
  const auto file = at_.session_file(session_id);
  ASSERT_TRUE(remove_run(at_, id));
  EXPECT_TRUE(std::filesystem::exists(file));

  const auto last = made(run_phase::completed);
  session.session_id = load_run(at_, last)->view.session_id;
  session.last_run_id = last;
  ASSERT_TRUE(save_session(at_, session));
  ASSERT_TRUE(remove_run(at_, last));
  EXPECT_FALSE(std::filesystem::exists(at_.session_file(session.session_id)));
}

TEST_F(RemoveRun, RefusesOneThatLivesOrIsNone) {
  const auto id = made(run_phase::working);
  EXPECT_EQ(remove_run(at_, id).error().code, errc::conflict);
  EXPECT_TRUE(std::filesystem::exists(at_.run_file(id)));
  for (const auto* bad : {"", "..", "../sessions", "r_1"})
    EXPECT_EQ(remove_run(at_, bad).error().code, errc::invalid_argument) << bad;
}

TEST_F(RemoveRun, NeverFollowsASymbolicLink) {
  const auto id = made(run_phase::completed);
  const auto elsewhere = dir_ / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  write(elsewhere / "mine", "mine");
  std::filesystem::create_directory_symlink(elsewhere, at_.attempt(id, 1) / "link");
  ASSERT_TRUE(remove_run(at_, id));
  ASSERT_TRUE(finish_removals(at_));
  EXPECT_EQ(slurp(elsewhere / "mine"), "mine");
}

TEST_F(RemoveRun, RefusesARunThatIsASymbolicLinkItself) {
  const auto id = made(run_phase::completed);
  std::filesystem::rename(at_.run(id), dir_ / "elsewhere");
  std::filesystem::create_directory_symlink(dir_ / "elsewhere", at_.run(id));
  EXPECT_EQ(remove_run(at_, id).error().code, errc::refused);
  EXPECT_TRUE(std::filesystem::exists(dir_ / "elsewhere/run.json"));
}

TEST_F(RemoveRun, RemovesAppendOnlyTranscripts) {
  const auto id = made(run_phase::completed);
  const auto transcript = at_.stdout_file(id, 1);
  write(transcript, "line\n");
  const descriptor file(::open(transcript.c_str(), O_RDONLY | O_CLOEXEC));
  int flags = FS_APPEND_FL;
  if (::ioctl(file.get(), FS_IOC_SETFLAGS, &flags) != 0)
    GTEST_SKIP() << "SKIPPED: the append-only attribute cannot be set here";
  EXPECT_TRUE(remove_run(at_, id));
  EXPECT_TRUE(finish_removals(at_));
  EXPECT_FALSE(std::filesystem::exists(at_.run(id)));
}

TEST_F(RemoveRun, FinishesWhatACrashLeft) {
  const auto id = made(run_phase::completed);
  const auto live = made(run_phase::working);
  std::filesystem::rename(at_.run(id), at_.runs() / (".removed-" + id));
  ASSERT_TRUE(finish_removals(at_));
  EXPECT_FALSE(std::filesystem::exists(at_.runs() / (".removed-" + id)));
  EXPECT_TRUE(std::filesystem::exists(at_.run_file(live)));
}

} // namespace
} // namespace troupe::store
