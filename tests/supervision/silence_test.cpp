#include "supervision/silence.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using enum silence_step;
using testing::HasSubstr;

/// What an agent's processes do in a second.
struct habit {
  std::uint64_t cpu_ms;
  std::uint64_t bytes;
};

struct taken_step {
  silence_step step;
  moment at;

  friend bool operator==(const taken_step&, const taken_step&) = default;
};

/// Every quarter of a second is looked at, and every look that is wanted is taken.
struct course {
  std::vector<taken_step> steps;
  int looks = 0;
};

course run(silence& clock, moment from, moment until, habit does) {
  course seen;
  for (auto now = from; now <= until; now += 250ms) {
    const auto ms = static_cast<std::uint64_t>(now.count());
    if (clock.take_look(now)) {
      ++seen.looks;
      clock.worked(now, {ms * does.cpu_ms / 1000, ms * does.bytes / 1000});
    }
    if (const auto step = clock.due(now); step != none)
      seen.steps.push_back({step, now});
  }
  return seen;
}

struct scene {
  const char* name;
  std::optional<std::uint32_t> limit_s;
  habit does;
  std::vector<taken_step> wanted;
};

TEST(Silence, TakesItsStepsAtTheirTimes) {
  const std::vector<scene> scenes{
    {"still, with a limit", 40, {0, 0}, {{warn, 20s}, {nudge, 30s}, {end, 40s}}},
    {"a heartbeat of 4 % is none",
     40,
     {40, 0},
     {{warn, 20s}, {nudge, 30s}, {end, 40s}}},
    {"computes", 40, {1000, 0}, {{warn, 80s}, {nudge, 120s}, {end, 160s}}},
    {"just busy enough", 40, {50, 0}, {{warn, 80s}, {nudge, 120s}, {end, 160s}}},
    {"a few bytes are none", 40, {0, 4000}, {{warn, 20s}, {nudge, 30s}, {end, 40s}}},
    {"reads", 40, {0, 4100}, {{warn, 80s}, {nudge, 120s}, {end, 160s}}},
    {"still, without a limit", {}, {0, 0}, {{warn, 10min}}},
    {"computes, without a limit", {}, {900, 0}, {{warn, 40min}}},
    {"a limit of nothing", 0, {0, 0}, {{end, 0s}}},
    {"a second", 1, {0, 0}, {{warn, 500ms}, {nudge, 750ms}, {end, 1s}}},
  };
  for (const auto& each : scenes) {
    silence clock(each.limit_s);
    EXPECT_EQ(run(clock, 0ms, 1h, each.does).steps, each.wanted) << each.name;
  }
}

TEST(Silence, LooksSeldomAndNotAtAllOnceNothingCanFollow) {
  silence limited(40);
  EXPECT_EQ(run(limited, 0ms, 1h, {0, 0}).looks, 7) << "every eighth from a quarter on";
  silence unlimited({});
  EXPECT_EQ(run(unlimited, 0ms, 24h, {0, 0}).looks, 8) << "every minute from 2.5 to 10";
  silence busy({});
  EXPECT_EQ(run(busy, 0ms, 24h, {900, 0}).looks, 16) << "every quarter while it works";
}

TEST(Silence, BeginsAnewWithEveryOutput) {
  silence clock(40);
  EXPECT_EQ(run(clock, 0ms, 39s, {0, 0}).steps.size(), 2u);
  clock.heard(39s);
  EXPECT_EQ(
    run(clock, 39s, 100s, {0, 0}).steps,
    (std::vector<taken_step>{{warn, 59s}, {nudge, 69s}, {end, 79s}}));
}

TEST(Silence, CountsNoWorkOfBeforeTheLastOutput) {
  silence clock(40);
  ASSERT_TRUE(clock.take_look(10s));
  clock.worked(10s, {1'000, 0});
  clock.heard(12s);
  ASSERT_TRUE(clock.take_look(22s));
  clock.worked(22s, {9'000, 0});
  EXPECT_EQ(clock.due(32s), warn);
}

TEST(Silence, GoesOnFromTheLastSignOfLifeWhenTheWorkEnds) {
  silence clock(40);
  EXPECT_TRUE(run(clock, 0ms, 30s, {1000, 0}).steps.empty());
  // The last look that found work was that at 25 s.
  const auto then = run(clock, 30s + 250ms, 200s, {0, 0});
  ASSERT_EQ(then.steps.size(), 3u);
  EXPECT_EQ(then.steps[0], (taken_step{warn, 45s}));
  EXPECT_EQ(then.steps[2], (taken_step{end, 65s}));
}

TEST(Silence, TakesACounterThatFallsForNoWork) {
  silence clock(40);
  ASSERT_TRUE(clock.take_look(10s));
  clock.worked(10s, {100'000, 100'000});
  ASSERT_TRUE(clock.take_look(15s));
  clock.worked(15s, {10, 10});
  EXPECT_EQ(clock.due(20s), warn);
}

TEST(Silence, TakesTheHighestStepWhenItWasAskedLate) {
  silence clock(40);
  EXPECT_EQ(clock.due(35s), nudge);
  EXPECT_EQ(clock.due(35s), none);
  EXPECT_EQ(clock.due(1h), end);
  EXPECT_EQ(clock.due(2h), none);
}

TEST(Silence, SaysHowLongAndAgainstWhichLimit) {
  silence clock(40);
  EXPECT_EQ(
    clock.describe(20s), "said nothing for 20 s; the limit is 40 s (limits.idle_s)");
  run(clock, 0ms, 30s, {1000, 0});
  EXPECT_THAT(clock.describe(50s), HasSubstr("its processes worked until 25 s ago"));
  silence unlimited({});
  EXPECT_THAT(unlimited.describe(10min), HasSubstr("said nothing for 10 min with no"));
}

} // namespace
} // namespace troupe::supervision
