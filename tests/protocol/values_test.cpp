#include "protocol/values.hpp"

#include <gtest/gtest.h>

#include <random>

namespace troupe {
namespace {

TEST(Timestamp, IsWrittenInIso8601) {
  EXPECT_EQ(to_string(timestamp{0}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_string(timestamp{1'795'169'724'123}), "2026-11-20T10:15:24.123Z");
  EXPECT_EQ(to_string(timestamp{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(Timestamp, SurvivesTheRoundTrip) {
  std::mt19937_64 dice(20261120);
  std::uniform_int_distribution<std::int64_t> any(
    -62'135'596'800'000, 253'402'300'799'999);
  for (int i = 0; i < 10'000; ++i) {
    const timestamp at{any(dice)};
    timestamp back;
    ASSERT_TRUE(parse(to_string(at), back)) << to_string(at);
    ASSERT_EQ(back, at);
  }
}

TEST(Timestamp, IsReadWithAnyFractionOrNone) {
  timestamp at;
  ASSERT_TRUE(parse("2026-11-20T10:15:24Z", at));
  EXPECT_EQ(at.ms, 1'795'169'724'000);
  ASSERT_TRUE(parse("2026-11-20T10:15:24.5Z", at));
  EXPECT_EQ(at.ms, 1'795'169'724'500);
  ASSERT_TRUE(parse("2026-11-20T10:15:24.123456789Z", at));
  EXPECT_EQ(at.ms, 1'795'169'724'123);
  ASSERT_TRUE(parse("2024-02-29T00:00:00Z", at));
}

TEST(Timestamp, IsNotReadFromAnythingElse) {
  using namespace std::string_view_literals;
  timestamp at{7};
  for (const auto text :
       {""sv,
        "Z"sv,
        "2026-11-20"sv,
        "2026-11-20T10:15:24"sv,
        "2026-11-20 10:15:24Z"sv,
        " 2026-11-20T10:15:24Z"sv,
        "2026-11-20T10:15:24Z "sv,
        "2026-11-20T10:15:24Z\0x"sv,
        "2026-11-20T10:15:24.Z"sv,
        "2026-11-20T10:15:24.1234567890Z"sv,
        "2026-11-20T10:15:24.1x3Z"sv,
        "2026-11-20T10:15:24+01:00"sv,
        "2026-1-2T3:4:5Z"sv,
        "2026-02-29T00:00:00Z"sv,
        "2026-13-01T00:00:00Z"sv,
        "2026-11-20T24:00:00Z"sv,
        "2026-11-20T10:60:00Z"sv,
        "2026-11-20T10:15:60Z"sv,
        "-026-11-20T10:15:24Z"sv})
    EXPECT_FALSE(parse(text, at)) << text;
  EXPECT_EQ(at.ms, 7) << "left alone";
}

TEST(WallNow, LiesAfterThisTestWasWritten) {
  timestamp written;
  ASSERT_TRUE(parse("2024-01-01T00:00:00Z", written));
  EXPECT_GT(wall_now(), written);
}

} // namespace
} // namespace troupe
