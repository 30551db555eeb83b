#include "supervision/health.hpp"

#include <gmock/gmock.h>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t plenty = 100'000 * mebibyte;
constexpr moment start = 1'000s;

class Health : public testing::Test {
protected:
  health& with(const run_limits& limits, moment run_time_before = {}) {
    return clocks_.emplace(limits, start, run_time_before);
  }

  std::optional<health_finding> at(moment since_start) {
    return clocks_->check(start + since_start, plenty);
  }

  /// Warnings and nudges passed over.
  bool ends_by(moment since_start) {
    for (auto found = at(since_start); found; found = at(since_start))
      if (found->end)
        return true;
    return false;
  }

  void expect_end(moment since_start, exit_kind reason, std::string_view words) {
    EXPECT_FALSE(ends_by(since_start - 1ms));
    const auto found = at(since_start);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->end);
    EXPECT_EQ(found->reason, reason);
    EXPECT_THAT(found->detail, HasSubstr(std::string(words)));
    EXPECT_FALSE(at(since_start + 1h)) << "an end is found once";
  }

  std::optional<health> clocks_;
};

TEST_F(Health, EndsAnAgentThatNeverSpoke) {
  with({.startup_s = 20});
  expect_end(20s, exit_kind::hung, "limits.startup_s");
}

TEST_F(Health, ForgetsTheStartUpOnceTheAgentSpoke) {
  with({.startup_s = 20}).heard(start + 19s, 1, 0);
  EXPECT_FALSE(at(5min));
}

TEST_F(Health, LeavesTheStartUpToItsOwnLimit) {
  auto& clocks = with({.startup_s = 60, .idle_s = 5});
  EXPECT_FALSE(at(59s));
  clocks.heard(start + 59s, 1, 0);
  expect_end(64s, exit_kind::hung, "limits.idle_s");
}

TEST_F(Health, CountsASilentStartAsIdleWithoutAStartUpLimit) {
  with({.idle_s = 5});
  expect_end(5s, exit_kind::hung, "said nothing for 5 s");
}

TEST_F(Health, EndsASilentAgentAfterTheIdleLimit) {
  auto& clocks = with({.idle_s = 30});
  clocks.heard(start + 29s, 10, 0);
  clocks.heard(start + 58s, 20, 0);
  EXPECT_FALSE(at(72s));
  expect_end(88s, exit_kind::hung, "said nothing for 30 s");
}

TEST_F(Health, StandsTheIdleClockStillWhileAToolCallIsOpen) {
  auto& clocks = with({.idle_s = 30});
  clocks.heard(start + 10s, 10, 1);
  EXPECT_FALSE(at(3h));
  clocks.heard(start + 3h, 20, 0);
  expect_end(3h + 30s, exit_kind::hung, "limits.idle_s");
}

TEST_F(Health, EndsAToolCallThatTakesTooLongAndNoOther) {
  auto& clocks = with({.idle_s = 5, .tool_s = 60});
  clocks.heard(start + 10s, 1, 1);
  clocks.heard(start + 69s, 2, 2);
  EXPECT_FALSE(at(128s)) << "the second call has its own time";
  clocks.heard(start + 128s, 3, 2);
  expect_end(
    129s, exit_kind::timeout, "a tool call took 60 s, the limit (limits.tool_s)");
}

TEST_F(Health, MeasuresTheOldestOfManyToolCalls) {
  auto& clocks = with({.tool_s = 60});
  for (auto second = 0s; second < 60s; second += 5s)
    clocks.heard(start + second, 1, 7);
  expect_end(60s, exit_kind::timeout, "limits.tool_s");
}

TEST_F(Health, SetsNoLimitToAToolCallUnlessToldTo) {
  with({.idle_s = 5}).heard(start + 1s, 1, 1);
  EXPECT_FALSE(at(24h));
}

TEST_F(Health, StandsTheToolClockStillWhileItWaitsForAnAnswer) {
  auto& clocks = with({.tool_s = 60});
  clocks.heard(start, 1, 1);
  clocks.paused(start + 10s);
  EXPECT_FALSE(at(1h));
  clocks.resumed(start + 1h);
  expect_end(1h + 50s, exit_kind::timeout, "limits.tool_s");
}

TEST_F(Health, WarnsThenNudgesThenEndsASilentAgent) {
  with({.idle_s = 40});
  EXPECT_FALSE(at(20s - 1ms));
  const auto warning = at(20s);
  ASSERT_TRUE(warning);
  EXPECT_FALSE(warning->end || warning->nudge);
  EXPECT_THAT(warning->detail, HasSubstr("said nothing for 20 s; the limit is 40 s"));
  EXPECT_FALSE(at(30s - 1ms));
  const auto nudge = at(30s);
  ASSERT_TRUE(nudge);
  EXPECT_TRUE(nudge->nudge);
  EXPECT_FALSE(nudge->end);
  expect_end(40s, exit_kind::hung, "limits.idle_s");
}

TEST_F(Health, BelievesInAnAgentThatWorksWithoutAWordForFourTimesItsLimit) {
  auto& clocks = with({.idle_s = 40});
  std::uint64_t cpu_ms = 0;
  for (auto second = 1s; second < 160s; second += 1s) {
    cpu_ms += 500;
    if (clocks.take_look(start + second))
      clocks.worked(start + second, {cpu_ms, 0});
    ASSERT_FALSE(ends_by(second)) << second.count();
  }
  expect_end(160s, exit_kind::hung, "although its processes worked");
}

TEST_F(Health, TakesNoLookWhereNobodyListens) {
  auto& clocks = with({.startup_s = 100, .idle_s = 4});
  EXPECT_FALSE(clocks.take_look(start + 50s)) << "it starts up";
  clocks.heard(start + 50s, 1, 1);
  EXPECT_FALSE(clocks.take_look(start + 60s)) << "a tool call is open";
  clocks.heard(start + 60s, 2, 0);
  EXPECT_FALSE(clocks.take_look(start + 60s + 999ms));
  EXPECT_TRUE(clocks.take_look(start + 61s));
  EXPECT_FALSE(clocks.take_look(start + 61s)) << "once a look";
  clocks.paused(start + 62s);
  EXPECT_FALSE(clocks.take_look(start + 90s)) << "it waits for an answer";
}

TEST_F(Health, LetsTurnAndWallGoOnWhileAToolCallIsOpen) {
  auto& clocks = with({.turn_s = 60});
  clocks.turn_began(start);
  clocks.heard(start + 1s, 1, 3);
  expect_end(60s, exit_kind::timeout, "limits.turn_s");
  with({.wall_s = 90}).heard(start + 1s, 1, 3);
  expect_end(90s, exit_kind::timeout, "limits.wall_s");
}

TEST_F(Health, MeasuresEachTurnFromItsOwnBeginning) {
  auto& clocks = with({.turn_s = 60});
  clocks.turn_began(start + 5s);
  clocks.turn_ended(start + 64s);
  EXPECT_FALSE(at(200s));
  clocks.turn_began(start + 200s);
  expect_end(260s, exit_kind::timeout, "its turn took 60 s");
}

TEST_F(Health, TakesNoSilenceAfterTheLastTurnForDeath) {
  auto& clocks = with({.idle_s = 60});
  clocks.turn_began(start + 5s);
  clocks.turn_ended(start + 10s);
  EXPECT_FALSE(at(1'000s));
  clocks.turn_began(start + 1'000s);
  EXPECT_TRUE(at(1'001s));
}

TEST_F(Health, CountsEarlierAttemptsAgainstTheWallAndSaysThatItIsForGood) {
  with({.wall_s = 100}, 70s);
  EXPECT_FALSE(at(29'999ms));
  const auto found = at(30s);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->end);
  EXPECT_TRUE(found->for_good);
}

TEST_F(Health, EndsAtOnceWhenTheWallWasReachedBefore) {
  auto& clocks = with({.wall_s = 100}, 101s);
  EXPECT_EQ(clocks.next_check(start), start);
  EXPECT_TRUE(at(0s));
}

TEST_F(Health, StandsAllClocksStillWhileItWaitsForAnAnswer) {
  const run_limits all{.idle_s = 50, .turn_s = 40, .wall_s = 60};
  auto& clocks = with(all);
  clocks.turn_began(start);
  clocks.heard(start + 10s, 1, 0);
  clocks.paused(start + 10s);
  EXPECT_FALSE(at(5h));
  clocks.resumed(start + 5h);
  expect_end(5h + 30s, exit_kind::timeout, "limits.turn_s");
}

TEST_F(Health, StandsTheStartUpClockStillToo) {
  auto& clocks = with({.startup_s = 20});
  clocks.paused(start + 5s);
  clocks.resumed(start + 1h);
  expect_end(1h + 15s, exit_kind::hung, "limits.startup_s");
}

TEST_F(Health, FindsNothingWhilePausedEvenIfALimitWasJustReached) {
  auto& clocks = with({.wall_s = 10});
  clocks.paused(start + 10s);
  EXPECT_FALSE(at(11s));
  clocks.resumed(start + 20s);
  EXPECT_TRUE(at(20s));
}

TEST_F(Health, AddsPausesUpAndIgnoresDoubledOnes) {
  auto& clocks = with({.wall_s = 10});
  clocks.resumed(start + 1s);
  clocks.paused(start + 2s);
  clocks.paused(start + 3s);
  clocks.resumed(start + 12s);
  clocks.resumed(start + 13s);
  clocks.paused(start + 14s);
  EXPECT_EQ(clocks.run_time(start + 100s), 4s);
  clocks.resumed(start + 34s);
  EXPECT_EQ(clocks.run_time(start + 35s), 5s);
  expect_end(40s, exit_kind::timeout, "limits.wall_s");
}

TEST_F(Health, TakesOutputThatIsReadDuringAPause) {
  auto& clocks = with({.idle_s = 10});
  clocks.paused(start + 4s);
  clocks.heard(start + 1h, 7, 0);
  clocks.resumed(start + 2h);
  expect_end(2h + 10s, exit_kind::hung, "limits.idle_s");
}

TEST_F(Health, CountsOutputThatWasReadLateFromWhenItWasRead) {
  auto& clocks = with({.idle_s = 10});
  clocks.heard(start + 9s, 1, 0);
  clocks.heard(start + 3s, 2, 0);
  expect_end(19s, exit_kind::hung, "limits.idle_s");
}

TEST_F(Health, TakesNoOutputAsASignOfLifeAfterTheEnd) {
  auto& clocks = with({.idle_s = 10});
  ASSERT_TRUE(at(10s));
  clocks.heard(start + 11s, 2'000 * mebibyte, 0);
  EXPECT_FALSE(at(12s));
}

TEST_F(Health, OnlyWarnsOfSilenceWithoutALimitAndOncePerSilence) {
  auto& clocks = with({});
  clocks.heard(start + 5s, 1, 0);
  EXPECT_FALSE(at(10min + 4'999ms));
  const auto warning = at(10min + 5s);
  ASSERT_TRUE(warning);
  EXPECT_FALSE(warning->end);
  EXPECT_THAT(warning->detail, HasSubstr("said nothing for 10 min"));
  EXPECT_FALSE(at(24h));
  clocks.heard(start + 24h, 2, 0);
  EXPECT_FALSE(at(24h + 9min));
  EXPECT_TRUE(at(24h + 10min));
}

TEST_F(Health, WarnsOfNoSilenceThatAToolCallOrAQuestionExplains) {
  auto& clocks = with({});
  clocks.heard(start, 1, 1);
  EXPECT_FALSE(at(1h));
  clocks.heard(start + 1h, 2, 0);
  clocks.paused(start + 1h);
  EXPECT_FALSE(at(9h));
}

TEST_F(Health, StillEndsAnAgentAfterAWarning) {
  with({.wall_s = 3600});
  ASSERT_TRUE(at(10min));
  expect_end(1h, exit_kind::timeout, "limits.wall_s");
}

TEST_F(Health, EndsAnAgentThatWritesTooMuch) {
  auto& clocks = with({.output_mb = 1});
  clocks.heard(start, mebibyte, 0);
  EXPECT_FALSE(at(1s));
  clocks.heard(start, mebibyte + 1, 0);
  const auto found = at(1s);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->reason, exit_kind::output);
  EXPECT_THAT(found->detail, HasSubstr("more than 1 MiB"));
}

TEST_F(Health, EndsAnAgentWhenTheDiskIsFull) {
  auto& clocks = with({});
  EXPECT_FALSE(clocks.check(start, 256 * mebibyte));
  clocks.paused(start);
  const auto found = clocks.check(start, 256 * mebibyte - 1);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->end);
  EXPECT_EQ(found->reason, exit_kind::disk);
  EXPECT_THAT(found->detail, HasSubstr("the disk has 255 MiB left"));
}

TEST_F(Health, WantsToBeCheckedWhenTheNextLimitIsDue) {
  auto& clocks = with({.idle_s = 40, .turn_s = 30, .wall_s = 50});
  EXPECT_EQ(clocks.next_check(start), start + 10s) << "a look";
  EXPECT_TRUE(clocks.take_look(start + 10s));
  EXPECT_EQ(clocks.next_check(start + 10s), start + 15s) << "another, an eighth later";
  clocks.heard(start, 1, 1);
  EXPECT_EQ(clocks.next_check(start), start + 50s);
  clocks.turn_began(start + 5s);
  EXPECT_EQ(clocks.next_check(start + 5s), start + 35s);
  clocks.paused(start + 10s);
  EXPECT_EQ(clocks.next_check(start + 10s), start + 70s);
  clocks.resumed(start + 20s);
  EXPECT_EQ(clocks.next_check(start + 20s), start + 45s);
  EXPECT_EQ(clocks.next_check(start + 46s), start + 46s) << "never in the past";
}

TEST_F(Health, WantsToBeCheckedAtLeastOnceAMinute) {
  auto& clocks = with({});
  EXPECT_EQ(clocks.next_check(start), start + 60s);
  EXPECT_TRUE(clocks.take_look(start + 599s));
  EXPECT_EQ(clocks.next_check(start + 599s), start + 600s);
  ASSERT_TRUE(at(600s));
  EXPECT_EQ(clocks.next_check(start + 600s), start + 660s);
  with({.wall_s = 1});
  ASSERT_TRUE(at(1s));
  EXPECT_EQ(clocks_->next_check(start + 2s), start + 62s) << "nothing is due any more";
}

TEST_F(Health, TellsTheTimeSpentWithoutPauses) {
  auto& clocks = with({}, 100s);
  EXPECT_EQ(clocks.run_time(start), 100s);
  clocks.paused(start + 7s);
  EXPECT_EQ(clocks.run_time(start + 1h), 107s);
  clocks.resumed(start + 1h);
  EXPECT_EQ(clocks.run_time(start + 1h + 1s), 108s);
  EXPECT_EQ(clocks.run_time(start - 1h), 100s) << "a clock before the start";
}

} // namespace
} // namespace troupe::supervision
