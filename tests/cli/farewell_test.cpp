#include "cli/farewell.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

using std::chrono::seconds;
constexpr farewell::clock::time_point start{seconds(1000)};

} // namespace

TEST(Farewell, IsNeverDueWhileTheClientIsThere) {
  farewell f;
  f.answered(start);
  EXPECT_FALSE(f.begun());
  EXPECT_EQ(f.due(0), farewell::clock::time_point::max());
}

TEST(Farewell, WaitsAMinuteForAnswersAndFiveSecondsForTheRest) {
  farewell f;
  f.client_ended(start);
  EXPECT_EQ(f.due(2), start + seconds(60));
  EXPECT_EQ(f.due(0), start + seconds(5));
  f.answered(start + seconds(30));
  EXPECT_EQ(f.due(1), start + seconds(60)) << "an answer does not prolong the others";
  EXPECT_EQ(f.due(0), start + seconds(35));
}

} // namespace troupe::cli
