#include "supervision/accounts.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr timestamp noon{1'795'000'000'000};

TEST(Accounts, AreFreeUntilOneMeetsALimit) {
  accounts all{20s};
  EXPECT_TRUE(all.asks("mine", "a", 0s));
  EXPECT_TRUE(all.asks("", "b", 0s));
  all.limited("mine", 60s, noon, 1s);
  EXPECT_FALSE(all.asks("mine", "a", 2s));
  EXPECT_TRUE(all.asks("yours", "b", 2s));
  EXPECT_TRUE(all.asks("", "c", 2s));
}

TEST(Accounts, SendOneFirstAtTheEndOfTheLimitAndThenTheRest) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  for (const auto* run : {"a", "b", "c", "d", "e"})
    EXPECT_FALSE(all.asks("mine", run, 0s));
  EXPECT_FALSE(all.asks("mine", "a", 1s)) << "again, in its place";
  EXPECT_EQ(all.next_check(), 60s);
  EXPECT_THAT(all.due(59'999ms), IsEmpty());
  EXPECT_THAT(all.due(60s), ElementsAre("a"));
  EXPECT_THAT(all.due(79'999ms), IsEmpty());
  EXPECT_THAT(all.due(80s), ElementsAre("b"));
  EXPECT_FALSE(all.asks("mine", "late", 80s));
  EXPECT_THAT(all.due(80'999ms), IsEmpty());
  EXPECT_THAT(all.due(81s), ElementsAre("c"));
  EXPECT_THAT(all.due(84s), ElementsAre("d")) << "however late it is asked";
  EXPECT_THAT(all.due(85s), ElementsAre("e"));
  EXPECT_THAT(all.due(86s), ElementsAre("late"));
  EXPECT_EQ(all.next_check(), 117s);
  EXPECT_THAT(all.due(117s), IsEmpty());
  EXPECT_EQ(all.limited_now(), 0u);
}

TEST(Accounts, WaitAgainWhenTheFirstMeetsTheLimitAgain) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  EXPECT_FALSE(all.asks("mine", "a", 0s));
  EXPECT_FALSE(all.asks("mine", "b", 0s));
  EXPECT_THAT(all.due(60s), ElementsAre("a"));
  all.limited("mine", 360s, noon, 62s);
  EXPECT_THAT(all.due(359s), IsEmpty());
  EXPECT_THAT(all.due(360s), ElementsAre("b"));
}

TEST(Accounts, FollowAProbeThatIsDoneAtOnce) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  for (const auto* run : {"a", "b", "c"})
    EXPECT_FALSE(all.asks("mine", run, 0s));
  EXPECT_THAT(all.due(60s), ElementsAre("a"));
  all.ended_otherwise("b", 61s);
  EXPECT_THAT(all.due(61s), IsEmpty());
  all.ended_otherwise("a", 62s);
  EXPECT_THAT(all.due(62s), ElementsAre("b"));
  all.ended_otherwise("a", 62s);
  EXPECT_THAT(all.due(62s), IsEmpty());
  EXPECT_THAT(all.due(63s), ElementsAre("c"));
}

TEST(Accounts, SendAnotherProbeAtOnceWhenOneLeaves) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  for (const auto* run : {"a", "b", "c"})
    EXPECT_FALSE(all.asks("mine", run, 0s));
  EXPECT_THAT(all.due(60s), ElementsAre("a"));
  all.left("a");
  EXPECT_THAT(all.due(61s), ElementsAre("b"));
  EXPECT_THAT(all.due(80s), IsEmpty());
  EXPECT_THAT(all.due(81s), ElementsAre("c"));
}

TEST(Accounts, BelieveTheLaterEnd) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  all.limited("mine", 30s, noon, 1s);
  EXPECT_FALSE(all.asks("mine", "a", 31s));
  all.limited("mine", 90s, noon, 32s);
  EXPECT_THAT(all.due(89s), IsEmpty());
  all.limited("mine", 10s, noon, 89s);
  EXPECT_THAT(all.due(90s), ElementsAre("a"));
}

TEST(Accounts, SayWhatARunWaitsFor) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  (void)all.asks("mine", "a", 0s);
  (void)all.asks("mine", "b", 0s);
  EXPECT_EQ(
    all.cause_of("a"),
    "waits for the end of the usage limit of account mine, " + to_string(noon));
  EXPECT_THAT(all.cause_of("b"), HasSubstr("; 1 of it go first"));
  EXPECT_EQ(all.cause_of("c"), "");
}

TEST(Accounts, ForgetWhoLeft) {
  accounts all{20s};
  all.limited("mine", 60s, noon, 0s);
  (void)all.asks("mine", "a", 0s);
  (void)all.asks("mine", "b", 0s);
  all.left("a");
  EXPECT_THAT(all.due(60s), ElementsAre("b"));
}

TEST(Accounts, AreBounded) {
  accounts all{20s};
  for (int i = 0; i < 3000; ++i)
    all.limited(std::to_string(i), moment{1'000 + i}, noon, 0s);
  EXPECT_EQ(all.limited_now(), 1024u);
}

TEST(Accounts, LetNobodyGoDuringALimitAndNobodyWaitForEver) {
  std::mt19937 dice(20261127);
  accounts all{20s};
  std::map<std::string, moment> limit;
  std::set<std::string> waiting;
  moment now{0};
  for (int i = 0; i < 50'000; ++i) {
    now += moment{dice() % 500};
    const auto of = [](const std::string& run) { return run.substr(0, 1); };
    for (const auto& run : all.due(now)) {
      ASSERT_EQ(waiting.erase(run), 1u) << "step " << i;
      ASSERT_GE(now, limit[of(run)]) << "step " << i;
    }
    const auto run =
      std::string(1, static_cast<char>('A' + dice() % 3)) + std::to_string(dice() % 20);
    if (dice() % 50 == 0) {
      const auto until = now + moment{dice() % 30'000};
      all.limited(of(run), until, noon, now);
      limit[of(run)] = std::max(limit[of(run)], until);
    } else if (all.asks(of(run), run, now)) {
      ASSERT_FALSE(waiting.contains(run));
      ASSERT_GE(now, limit[of(run)]) << "step " << i;
    } else {
      waiting.insert(run);
    }
  }
  for (const auto end = now + 200s; now < end; now += 1s)
    for (const auto& run : all.due(now))
      waiting.erase(run);
  EXPECT_THAT(waiting, IsEmpty());
}

} // namespace
} // namespace troupe::supervision
