#include "supervision/child_spec.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troupe::supervision {
namespace {

using places = std::vector<std::size_t>;
using enum restart_type;

std::vector<child_spec> four(std::size_t which, restart_type type) {
  std::vector<child_spec> children{{"a"}, {"b"}, {"c"}, {"d"}};
  children[which].restart = type;
  return children;
}

bool restarts(restart_type type, bool abnormal) {
  return type == permanent || (type == transient && abnormal);
}

/// Which of four children share the fate of `which`, in start order.
places sharing(strategy how, std::size_t which) {
  switch (how) {
  case strategy::one_for_one:
    return {which};
  case strategy::one_for_all:
    return {0, 1, 2, 3};
  case strategy::rest_for_one:
    break;
  }
  places all{0, 1, 2, 3};
  return {all.begin() + static_cast<std::ptrdiff_t>(which), all.end()};
}

places reversed_without(places some, std::size_t which) {
  std::erase(some, which);
  std::ranges::reverse(some);
  return some;
}

TEST(ChildEnded, FollowsTheStrategyForEveryPositionTypeAndEnd) {
  for (const auto how :
       {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one})
    for (std::size_t which = 0; which < 4; ++which)
      for (const auto type : {permanent, transient, temporary})
        for (const bool abnormal : {false, true}) {
          const auto plan = child_ended(how, four(which, type), which, abnormal, true);
          const bool again = restarts(type, abnormal);
          const auto fate = sharing(how, which);
          EXPECT_EQ(plan.stop, again ? reversed_without(fate, which) : places{});
          EXPECT_EQ(plan.start, again ? fate : places{});
          EXPECT_FALSE(plan.escalate);
        }
}

TEST(ChildEnded, EscalatesOnlyWhenARestartIsDueAndNoneIsLeft) {
  for (const auto how :
       {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one})
    for (std::size_t which = 0; which < 4; ++which)
      for (const auto type : {permanent, transient, temporary})
        for (const bool abnormal : {false, true}) {
          const auto plan = child_ended(how, four(which, type), which, abnormal, false);
          const bool due = restarts(type, abnormal);
          EXPECT_EQ(plan.escalate, due);
          EXPECT_EQ(plan.stop, due ? reversed_without({0, 1, 2, 3}, which) : places{});
          EXPECT_TRUE(plan.start.empty());
        }
}

TEST(ChildEnded, StartsNoTemporarySiblingAgain) {
  auto children = four(1, permanent);
  children[2].restart = temporary;
  const auto all = child_ended(strategy::one_for_all, children, 1, true, true);
  EXPECT_EQ(all.stop, (places{3, 2, 0}));
  EXPECT_EQ(all.start, (places{0, 1, 3}));
  const auto rest = child_ended(strategy::rest_for_one, children, 1, true, true);
  EXPECT_EQ(rest.stop, (places{3, 2}));
  EXPECT_EQ(rest.start, (places{1, 3}));
}

TEST(ChildEnded, PlansNothingForAChildItDoesNotKnow) {
  const auto plan =
    child_ended(strategy::one_for_all, four(0, permanent), 4, true, false);
  EXPECT_TRUE(plan.stop.empty());
  EXPECT_TRUE(plan.start.empty());
  EXPECT_FALSE(plan.escalate);
}

} // namespace
} // namespace troupe::supervision
