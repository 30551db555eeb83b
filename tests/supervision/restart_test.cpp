#include "supervision/restart.hpp"

#include "protocol/json.hpp"
#include "supervision/exit_rules.hpp"

#include <gtest/gtest.h>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr auto exit_kinds = names(exit_kind{});

exit_reason because(exit_kind kind) {
  return {.reason = kind};
}

decision first_decision(restart_type type, exit_kind kind) {
  restart_history history({.type = type});
  return history.decide(because(kind), 0ms, 0ms, 0.5);
}

verdict transient_verdict(exit_kind kind) {
  switch (rule_of(kind)) {
  case exit_rule::done:
    return verdict::finish;
  case exit_rule::restart:
  case exit_rule::restart_once:
  case exit_rule::restart_late:
    return verdict::restart;
  case exit_rule::wait_until:
  case exit_rule::wait_for_room:
    return verdict::park;
  case exit_rule::fail:
    return verdict::give_up;
  case exit_rule::never:
    return verdict::stop;
  }
  return verdict::stop;
}

verdict expected(restart_type type, exit_kind kind) {
  const auto usual = transient_verdict(kind);
  const bool again = usual == verdict::restart || usual == verdict::park;
  if (type == restart_type::temporary && again)
    return verdict::give_up;
  if (type == restart_type::permanent && kind == exit_kind::completed)
    return verdict::restart;
  return usual;
}

TEST(RestartHistory, DecidesForEveryReasonAndTypeAsExpected) {
  for (const auto type :
       {restart_type::permanent, restart_type::transient, restart_type::temporary})
    for (std::size_t i = 0; i < exit_kinds.size(); ++i) {
      const auto kind = static_cast<exit_kind>(i);
      const auto got = first_decision(type, kind);
      EXPECT_EQ(got.what, expected(type, kind))
        << exit_kinds[i] << " with type "
        << names(type)[static_cast<std::size_t>(type)];
      EXPECT_NE(got.cause.find(exit_kinds[i]), std::string::npos) << got.cause;
    }
}

TEST(RestartHistory, LetsOverridesReplaceTheRuleOfEveryReasonThatHasOne) {
  struct outcome {
    exit_override instead;
    verdict what;
  };
  for (const auto [instead, what] : std::initializer_list<outcome>{
         {exit_override::restart, verdict::restart},
         {exit_override::restart_once, verdict::restart},
         {exit_override::restart_late, verdict::restart},
         {exit_override::park, verdict::park},
         {exit_override::fail, verdict::give_up}})
    for (std::size_t i = 0; i < exit_kinds.size(); ++i) {
      const auto kind = static_cast<exit_kind>(i);
      restart_history history({.on = {{kind, instead}}});
      const auto wanted = key_objection(kind).empty() ? what : transient_verdict(kind);
      EXPECT_EQ(history.decide(because(kind), 0ms, 0ms, 0.5).what, wanted)
        << exit_kinds[i] << " on " << to_string(instead);
      restart_history temporary(
        {.type = restart_type::temporary, .on = {{kind, instead}}});
      const auto got = temporary.decide(because(kind), 0ms, 0ms, 0.5).what;
      EXPECT_TRUE(got != verdict::restart && got != verdict::park)
        << exit_kinds[i] << ": temporary is above what on says";
    }
}

TEST(RestartHistory, CountsWhatIsRestartedOnceByItsReason) {
  restart_history history(
    {.max_restarts = 9,
     .on = {
       {exit_kind::crashed, exit_override::restart_once},
       {exit_kind::auth, exit_override::restart_once}}});
  EXPECT_EQ(
    history.decide(because(exit_kind::crashed), 0s, 0s, 0).what, verdict::restart);
  EXPECT_EQ(history.decide(because(exit_kind::auth), 1s, 0s, 0).what, verdict::restart);
  EXPECT_EQ(history.decide(because(exit_kind::oom), 2s, 0s, 0).what, verdict::restart);
  const auto again = history.decide(because(exit_kind::crashed), 3s, 0s, 0);
  EXPECT_EQ(again.what, verdict::give_up);
  EXPECT_EQ(again.cause, "crashed again after one restart for it");
}

TEST(RestartHistory, WaitsLongWhereAnOverrideSaysSo) {
  restart_history history({.on = {{exit_kind::crashed, exit_override::restart_late}}});
  EXPECT_EQ(history.decide(because(exit_kind::crashed), 0s, 0s, 0).wait, 30s);
}

TEST(RestartHistory, SaysThatItWasAnOverrideThatFailedIt) {
  restart_history history({.on = {{exit_kind::hung, exit_override::fail}}});
  EXPECT_EQ(
    history.decide(because(exit_kind::hung), 0s, 0s, 0).cause,
    "hung, and restart.on says fail");
}

TEST(RestartHistory, SaysItsCauseInWords) {
  restart_history history({.backoff_ms = 560});
  const exit_reason killed{.reason = exit_kind::crashed, .signal = 9};
  EXPECT_EQ(
    history.decide(killed, 0ms, 0ms, 0.5).cause,
    "restart 1 of at most 3 in 300 s after crashed (signal 9); waits 420 ms");
  const auto second = history.decide(killed, 1s, 0ms, 0.5);
  EXPECT_EQ(
    second.cause,
    "restart 2 of at most 3 in 300 s after crashed (signal 9); waits 840 ms");
  EXPECT_EQ(second.wait, 840ms);
}

TEST(RestartHistory, GivesUpWhenTheIntensityIsUsedUp) {
  restart_history history({});
  for (const auto at : {0s, 10s, 20s})
    EXPECT_EQ(
      history.decide(because(exit_kind::crashed), at, 0ms, 0).what, verdict::restart);
  const auto fourth = history.decide(because(exit_kind::crashed), 30s, 0ms, 0);
  EXPECT_EQ(fourth.what, verdict::give_up);
  EXPECT_EQ(fourth.cause, "no restart left of at most 3 in 300 s after crashed");
  EXPECT_EQ(history.restarts(), 3u);
}

TEST(RestartHistory, RestartsAgainWhenTheWindowHasSlidOn) {
  restart_history history({.max_restarts = 1, .period_s = 10});
  EXPECT_EQ(history.decide(because(exit_kind::lost), 0s, 0s, 0).what, verdict::restart);
  EXPECT_EQ(
    history.decide(because(exit_kind::lost), 9999ms, 0s, 0).what, verdict::give_up);
  EXPECT_EQ(
    history.decide(because(exit_kind::lost), 10s, 0s, 0).what, verdict::restart);
}

TEST(RestartHistory, NeverRestartsWhenNoneIsAllowed) {
  for (const auto kind :
       {exit_kind::crashed,
        exit_kind::oom,
        exit_kind::overloaded,
        exit_kind::rate_limited}) {
    restart_history history({.max_restarts = 0});
    EXPECT_EQ(history.decide(because(kind), 0ms, 0ms, 0).what, verdict::give_up);
  }
}

TEST(RestartHistory, KeepsToAStopThatWasOrdered) {
  for (const auto order : {exit_kind::cancelled, exit_kind::shutdown}) {
    restart_history history({.type = restart_type::permanent});
    EXPECT_EQ(history.decide(because(order), 0ms, 0ms, 0).what, verdict::stop);
    EXPECT_EQ(
      history.decide(because(exit_kind::crashed), 1h, 1h, 0).what, verdict::stop);
    EXPECT_EQ(history.restarts(), 0u);
  }
}

TEST(RestartHistory, RestartsOnceForMemory) {
  restart_history history({});
  EXPECT_EQ(history.decide(because(exit_kind::oom), 0h, 0ms, 0).what, verdict::restart);
  EXPECT_EQ(
    history.decide(because(exit_kind::crashed), 1h, 1h, 0).what, verdict::restart);
  EXPECT_EQ(history.decide(because(exit_kind::oom), 2h, 1h, 0).what, verdict::give_up);
}

TEST(RestartHistory, BacksOffLongerWithEachFailureInARow) {
  restart_history history({.max_restarts = 10});
  for (const auto wanted : {250ms, 500ms, 1000ms, 2000ms})
    EXPECT_EQ(
      history.decide(because(exit_kind::crashed), 0ms, 59'999ms, 0).wait, wanted);
}

TEST(RestartHistory, StartsTheBackOffAnewAfterAHealthyMinute) {
  restart_history history({.max_restarts = 10});
  for (int i = 0; i < 4; ++i)
    (void)history.decide(because(exit_kind::crashed), 0ms, 0ms, 0);
  EXPECT_EQ(history.decide(because(exit_kind::crashed), 0ms, 1min, 0).wait, 250ms);
  EXPECT_EQ(history.decide(because(exit_kind::crashed), 0ms, 0ms, 0).wait, 500ms);
}

TEST(RestartHistory, BacksOffLongAfterAnOverload) {
  restart_history history({.max_restarts = 100});
  for (const auto least : {30s, 60s, 120s, 240s, 300s, 300s})
    EXPECT_EQ(history.decide(because(exit_kind::overloaded), 0ms, 9min, 0).wait, least);
  EXPECT_EQ(history.decide(because(exit_kind::overloaded), 0ms, 9min, 1).wait, 10min);
  EXPECT_EQ(history.decide(because(exit_kind::overloaded), 0ms, 10min, 0).wait, 30s);
}

TEST(RestartHistory, KeepsTheBackOffOfACrashApartFromThatOfAnOverload) {
  restart_history history({.max_restarts = 10});
  for (int i = 0; i < 3; ++i)
    (void)history.decide(because(exit_kind::overloaded), 0ms, 0ms, 0);
  EXPECT_EQ(history.decide(because(exit_kind::crashed), 0ms, 0ms, 0).wait, 250ms);
}

TEST(RestartHistory, ParksForFiveMinutesIfTheEndOfALimitIsNotKnown) {
  const auto parked = first_decision(restart_type::transient, exit_kind::rate_limited);
  EXPECT_EQ(parked.wait, 5min);
  EXPECT_NE(parked.cause.find("parked for 300 s"), std::string::npos) << parked.cause;
}

TEST(RestartHistory, ParksUntilTheEndOfALimitAndCountsNoRestart) {
  restart_history history({.max_restarts = 2});
  const exit_reason limit{.reason = exit_kind::rate_limited, .until = timestamp{0}};
  for (int i = 0; i < 10; ++i) {
    const auto parked = history.decide(limit, 0ms, 1min, 0);
    EXPECT_EQ(parked.what, verdict::park);
    EXPECT_EQ(parked.wait, 250ms);
    EXPECT_EQ(
      parked.cause,
      "rate_limited, which is no restart counted; parked until "
      "1970-01-01T00:00:00.000Z");
  }
  EXPECT_EQ(history.restarts(), 0u);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(
      history.decide(because(exit_kind::crashed), 0ms, 0ms, 0).what, verdict::restart);
  EXPECT_EQ(
    history.decide(because(exit_kind::crashed), 0ms, 0ms, 0).what, verdict::give_up);
  EXPECT_EQ(history.decide(limit, 0ms, 0ms, 0).what, verdict::park);
}

TEST(RestartHistory, ParksUntilTheDiskHasRoomAndLooksSoon) {
  restart_history history({.max_restarts = 1});
  for (int i = 0; i < 5; ++i) {
    const auto parked = history.decide(because(exit_kind::disk), 0ms, 0ms, 0);
    EXPECT_EQ(parked.what, verdict::park);
    EXPECT_EQ(parked.wait, 250ms);
    EXPECT_EQ(
      parked.cause, "disk, which is no restart counted; parked until there is room");
  }
  EXPECT_EQ(history.restarts(), 0u);
}

TEST(RestartHistory, BelievesAStatedEndOnlyUntilItDidNotHold) {
  restart_history history({});
  const exit_reason limit{.reason = exit_kind::rate_limited, .until = timestamp{0}};
  EXPECT_EQ(history.decide(limit, 0ms, 0ms, 0).wait, 250ms);
  for (int i = 0; i < 2; ++i) {
    const auto again = history.decide(limit, 0ms, 0ms, 0);
    EXPECT_EQ(again.wait, 5min);
    EXPECT_NE(again.cause.find("for 300 s at least, until 1970"), std::string::npos)
      << again.cause;
  }
  EXPECT_EQ(history.decide(limit, 0ms, 1min, 0).wait, 250ms);
}

TEST(RestartHistory, KeepsTheBackOffOfACrashApartFromParking) {
  restart_history history({});
  for (int i = 0; i < 5; ++i)
    (void)history.decide(because(exit_kind::rate_limited), 0ms, 0ms, 0);
  EXPECT_EQ(history.decide(because(exit_kind::crashed), 0ms, 0ms, 0).wait, 250ms);
}

TEST(RestartHistory, PassesTheModeOfThePolicyOn) {
  for (const auto mode : {restart_mode::resume, restart_mode::fresh}) {
    restart_history history({.mode = mode});
    EXPECT_EQ(history.decide(because(exit_kind::lost), 0ms, 0ms, 0).mode, mode);
  }
}

TEST(RestartWindow, AllowsAtMostItsNumberInAnySpan) {
  restart_window window(3, 300s);
  EXPECT_TRUE(window.allow(0s));
  EXPECT_TRUE(window.allow(100s));
  EXPECT_TRUE(window.allow(200s));
  EXPECT_FALSE(window.allow(299'999ms));
  EXPECT_TRUE(window.allow(300s));
  EXPECT_FALSE(window.allow(399'999ms));
  EXPECT_TRUE(window.allow(400s));
}

TEST(RestartWindow, DoesNotCountWhatItRefused) {
  restart_window window(1, 10s);
  EXPECT_TRUE(window.allow(0s));
  for (auto at = 1s; at < 10s; ++at)
    EXPECT_FALSE(window.allow(at));
  EXPECT_TRUE(window.allow(10s));
}

TEST(RestartWindow, SaysHowManyAreUsed) {
  restart_window window(3, 10s);
  EXPECT_EQ(window.used(0s), 0u);
  (void)window.allow(0s);
  (void)window.allow(5s);
  EXPECT_EQ(window.used(9'999ms), 2u);
  EXPECT_EQ(window.used(10s), 1u);
  EXPECT_EQ(window.used(15s), 0u);
}

TEST(RestartWindow, WorksWithAnyEpoch) {
  restart_window window(1, 10s);
  EXPECT_TRUE(window.allow(-1h));
  EXPECT_FALSE(window.allow(-1h + 9s));
  EXPECT_TRUE(window.allow(-1h + 10s));
}

TEST(RestartWindow, BoundsWhatItRemembers) {
  restart_window window(4'000'000'000u, 0s);
  EXPECT_EQ(window.restarts_max(), 1000u);
  EXPECT_EQ(window.period(), 1s);
  for (int i = 0; i < 1000; ++i)
    ASSERT_TRUE(window.allow(0s));
  EXPECT_FALSE(window.allow(999ms));
  EXPECT_TRUE(window.allow(1s));
}

struct wait_row {
  std::uint32_t n;
  double dice;
  milliseconds wait;
};

TEST(Backoff, DoublesUpToTheCapWithJitterOverTheUpperHalf) {
  const restart_policy policy{.backoff_ms = 500, .backoff_max_ms = 60'000};
  const wait_row rows[] = {
    {0, 0, 250ms},
    {0, 0.5, 375ms},
    {0, 0.999, 499ms},
    {1, 0, 500ms},
    {1, 0.5, 750ms},
    {1, 0.999, 999ms},
    {2, 0, 1'000ms},
    {2, 0.5, 1'500ms},
    {2, 0.999, 1'999ms},
    {6, 0, 16'000ms},
    {6, 0.5, 24'000ms},
    {6, 0.999, 31'984ms},
    {7, 0, 30'000ms},
    {7, 0.5, 45'000ms},
    {7, 0.999, 59'970ms},
    {31, 0, 30'000ms},
    {32, 0.5, 45'000ms},
    {33, 0.5, 45'000ms},
    {63, 0, 30'000ms},
    {64, 0.5, 45'000ms},
    {65, 0.5, 45'000ms},
    {100, 0, 30'000ms},
    {100, 0.5, 45'000ms},
    {100, 0.999, 59'970ms},
    {UINT32_MAX, 0.5, 45'000ms},
  };
  for (const auto& row : rows)
    EXPECT_EQ(backoff(policy, row.n, row.dice), row.wait) << row.n << " " << row.dice;
}

TEST(Backoff, SurvivesTheLargestAndTheSmallestPolicy) {
  const restart_policy most{.backoff_ms = UINT32_MAX, .backoff_max_ms = UINT32_MAX};
  EXPECT_EQ(backoff(most, 100, 1).count(), std::int64_t{UINT32_MAX});
  EXPECT_EQ(backoff({.backoff_ms = 0}, 100, 1), 0ms);
  EXPECT_EQ(
    backoff({.backoff_ms = 1, .backoff_max_ms = UINT32_MAX}, 32, 1).count(),
    std::int64_t{UINT32_MAX});
  EXPECT_EQ(backoff({.backoff_ms = 1000, .backoff_max_ms = 10}, 0, 1), 10ms);
}

TEST(Backoff, TrustsNoDice) {
  const restart_policy policy{.backoff_ms = 500};
  EXPECT_EQ(backoff(policy, 0, -7), 250ms);
  EXPECT_EQ(backoff(policy, 0, 7), 500ms);
}

TEST(ResumeNotice, SaysWhyAndWhatToMakeOfIt) {
  const auto text =
    resume_notice({.reason = exit_kind::crashed, .detail = "a\nb", .signal = 11});
  EXPECT_NE(text.find("(crashed (signal 11)): a b."), std::string::npos) << text;
  EXPECT_NE(text.find("look at the state of your work first"), std::string::npos);
  EXPECT_EQ(text.find("memory"), std::string::npos);
}

TEST(ResumeNotice, TellsToDoLessAfterMemoryRanOut) {
  const auto text = resume_notice(because(exit_kind::oom));
  EXPECT_NE(text.find("used up its memory: do less at a time"), std::string::npos);
}

TEST(ResumeNotice, StaysShortWhateverTheDetail) {
  const exit_reason why{
    .reason = exit_kind::crashed, .detail = std::string(100'000, 'x')};
  EXPECT_LT(resume_notice(why).size(), 1000u);
}

} // namespace
} // namespace troupe::supervision
