#include "store/retention.hpp"

#include "scratch.hpp"
#include "some_run.hpp"

#include "store/descriptor.hpp"
#include "store/run_files.hpp"

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

TEST(ExpiredRuns, AreFinalAndOlderThanTheDays) {
  const std::vector<run_record> runs{
    some_run({now.ms - 31 * day_ms}, run_phase::completed),
    some_run({now.ms - 31 * day_ms}, run_phase::working),
    some_run({now.ms - 30 * day_ms - 1}, run_phase::cancelled),
    some_run({now.ms - 30 * day_ms}, run_phase::failed),
    some_run(now, run_phase::completed),
  };
  EXPECT_THAT(
    expired_runs(runs, now, 30), ElementsAre(runs[0].view.run_id, runs[2].view.run_id));
  EXPECT_THAT(expired_runs(runs, now, 0), IsEmpty());
}

struct RunsTooMany : testing::Test {
  std::vector<run_record> runs;
  std::map<std::string, std::uint64_t> bytes;

  std::string add(
    std::int64_t minute,
    run_phase phase,
    std::uint64_t size,
    const std::string& session = "",
    bool resumable = false) {
    auto run = some_run({now.ms + minute * 60'000}, phase);
    if (!session.empty())
      run.view.session_id = session;
    if (resumable)
      run.view.backend_session_id = "conversation";
    bytes[run.view.run_id] = size;
    runs.push_back(run);
    return run.view.run_id;
  }
};

TEST_F(RunsTooMany, AreThoseThatEndedFirst) {
  const auto second = add(2, run_phase::failed, 10);
  const auto first = add(1, run_phase::completed, 10);
  add(3, run_phase::cancelled, 10);
  EXPECT_THAT(runs_too_many(runs, bytes, 30), IsEmpty());
  EXPECT_THAT(runs_too_many(runs, bytes, 29), ElementsAre(first));
  EXPECT_THAT(runs_too_many(runs, bytes, 10), ElementsAre(first, second));
  EXPECT_THAT(runs_too_many(runs, bytes, 0), IsEmpty());
}

TEST_F(RunsTooMany, AreNeverLive) {
  add(1, run_phase::working, 100);
  add(1, run_phase::parked, 100);
  const auto only = add(2, run_phase::completed, 1);
  EXPECT_THAT(runs_too_many(runs, bytes, 50), ElementsAre(only));
}

TEST_F(RunsTooMany, LeaveWhatCanBeContinuedForTheEnd) {
  const auto old = add(1, run_phase::completed, 10, "s", true);
  const auto newest = add(2, run_phase::completed, 10, "s", true);
  const auto other = add(3, run_phase::completed, 10);
  EXPECT_THAT(runs_too_many(runs, bytes, 1), ElementsAre(old, other, newest));
}

TEST(PlanSweep, ReadsAgesAndSizesFromTheDisk) {
  const scratch dir;
  const layout at{dir / "state"};
  const auto make = [&](std::int64_t days_ago, run_phase phase) {
    const auto run = some_run({now.ms - days_ago * day_ms}, phase);
    EXPECT_TRUE(create_run(at, run, some_launch()));
    EXPECT_TRUE(create_attempt(at, run.view.run_id, 1, "t"));
    return run.view.run_id;
  };
  const auto old = make(40, run_phase::completed);
  const auto big = make(20, run_phase::completed);
  make(50, run_phase::working);
  make(1, run_phase::completed);
  constexpr std::uint64_t mib = 1 << 20;
  write(at.stdout_file(big, 1), std::string(mib, 'x'));
  EXPECT_GE(bytes_of_run(at, big), mib);
  EXPECT_LT(bytes_of_run(at, old), mib);
  EXPECT_THAT(plan_sweep(at, 30, 2 * mib, now), ElementsAre(old));
  EXPECT_THAT(plan_sweep(at, 30, mib, now), ElementsAre(old, big));
  EXPECT_THAT(plan_sweep(at, 0, 0, now), IsEmpty());
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
