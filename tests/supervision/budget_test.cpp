#include "supervision/budget.hpp"

#include <gmock/gmock.h>

namespace troupe::supervision {
namespace {

using testing::HasSubstr;

attempt_usage turns(std::uint32_t n) {
  return {.turns = n};
}

attempt_usage tokens(std::uint64_t read, std::uint64_t written) {
  return {.tokens = {.input_tokens = read, .output_tokens = written}};
}

attempt_usage dollars(double cost) {
  return {.cost_usd = cost};
}

TEST(Budget, FindsNothingWithoutALimit) {
  budget none({}, {});
  EXPECT_FALSE(none.spent({4'000'000, {1ULL << 40, 1ULL << 40, 0}, 1e9}));
}

TEST(Budget, WarnsOnceAtFourFifthsAndEndsBeyondTheWhole) {
  struct scene {
    run_limits limits;
    attempt_usage below, near, whole, beyond;
    const char* words;
  };
  const scene scenes[]{
    {{.turns = 10},
     turns(7),
     turns(8),
     turns(10),
     turns(11),
     "11 of 10 (limits.turns)"},
    {{.tokens = 1000},
     tokens(400, 399),
     tokens(400, 400),
     tokens(900, 100),
     tokens(900, 101),
     "1001 of 1000 (limits.tokens)"},
    {{.cost_usd = 0.5},
     dollars(0.39),
     dollars(0.4),
     dollars(0.5),
     dollars(0.51),
     "0.51 of 0.5 (limits.cost_usd)"},
  };
  for (const auto& each : scenes) {
    budget account(each.limits, {});
    EXPECT_FALSE(account.spent(each.below)) << each.words;
    const auto warning = account.spent(each.near);
    ASSERT_TRUE(warning) << each.words;
    EXPECT_FALSE(warning->end);
    EXPECT_EQ(warning->reason, exit_kind::budget);
    EXPECT_FALSE(account.spent(each.whole)) << each.words;
    const auto found = account.spent(each.beyond);
    ASSERT_TRUE(found) << each.words;
    EXPECT_TRUE(found->end);
    EXPECT_THAT(found->detail, HasSubstr(each.words));
    EXPECT_FALSE(account.spent(each.beyond)) << "an end is found once";
  }
}

TEST(Budget, LeavesWhatIsReadFromACacheOut) {
  budget account({.tokens = 10}, {});
  EXPECT_FALSE(account.spent({.tokens = {.cached_input_tokens = 1'000'000}}));
}

TEST(Budget, CountsEarlierAttemptsAndWarnsOfThemNoMore) {
  budget account({.turns = 10}, turns(9));
  EXPECT_FALSE(account.spent(turns(1)));
  const auto found = account.spent(turns(2));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->end);
}

TEST(Budget, FindsNothingOfWhatWasKnownBeforeButGoesOnFromThere) {
  budget account({.turns = 10}, {});
  account.known(turns(8));
  EXPECT_FALSE(account.spent(turns(9)));
  account.known(turns(12));
  const auto found = account.spent(turns(12));
  ASSERT_TRUE(found) << "an end that nobody acted on is found again";
  EXPECT_TRUE(found->end);
}

TEST(Budget, WarnsOfEachAccountOnItsOwn) {
  budget account({.turns = 10, .cost_usd = 1.0}, {});
  const attempt_usage both{.turns = 8, .cost_usd = 0.9};
  ASSERT_TRUE(account.spent(both));
  const auto second = account.spent(both);
  ASSERT_TRUE(second);
  EXPECT_THAT(second->detail, HasSubstr("limits.cost_usd"));
  EXPECT_FALSE(account.spent(both));
}

TEST(AttemptUsage, AddsUpAndKeepsAnUnknownCostUnknown) {
  EXPECT_EQ(turns(2) + tokens(3, 4), (attempt_usage{2, {3, 4, 0}, {}}));
  EXPECT_EQ((dollars(1) + turns(1)).cost_usd, 1.0);
  EXPECT_EQ((turns(1) + dollars(1)).cost_usd, 1.0);
}

} // namespace
} // namespace troupe::supervision
