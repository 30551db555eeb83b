#include "cli/dialer.hpp"
#include "tests/cli/fake_daemon.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

using outcome = dialer::outcome;
using testing::fake_daemon;

class dialing : public ::testing::Test {
protected:
  dialing() {
    where_.state = place_.state();
    where_.socket = place_.socket();
    where_.inside_run = "the test says so";
  }

  /// Steps whenever it is due, until something else than waiting comes of it.
  outcome step_until_known(dialer& d, int& steps) {
    auto how = outcome::waiting;
    for (steps = 0; how == outcome::waiting && steps < 1000; ++steps) {
      now_ = std::max(now_, d.due());
      how = d.step(now_, true);
    }
    return how;
  }

  testing::meeting_place place_;
  place where_;
  dialer::clock::time_point now_{std::chrono::hours(1)};
};

} // namespace

TEST_F(dialing, ConnectsAtOnceToADaemonThatListens) {
  fake_daemon daemon(where_.socket);
  dialer d(where_);
  d.begin(now_, true);
  EXPECT_EQ(d.step(now_, true), outcome::connected);
  EXPECT_TRUE(d.take());
}

TEST_F(dialing, FailsAtOnceIfThereIsOneAttemptOnly) {
  dialer d(where_);
  d.begin(now_, true);
  EXPECT_EQ(d.step(now_, true), outcome::failed);
  EXPECT_NE(d.why().find("may neither start nor stop a daemon"), std::string::npos);
}

TEST_F(dialing, TriesForHalfAMinuteWithGrowingPauses) {
  dialer d(where_);
  const auto start = now_;
  d.begin(now_, false);
  int steps = 0;
  EXPECT_EQ(step_until_known(d, steps), outcome::failed);
  EXPECT_GE(now_ - start, dialer::patience - dialer::pause_max);
  EXPECT_LE(now_ - start, dialer::patience);
  EXPECT_GT(steps, 10);
  EXPECT_LT(steps, 40);
}

TEST_F(dialing, DoesNotTakeADaemonForReachedThatOnlyHangsUp) {
  fake_daemon daemon(where_.socket);
  dialer d(where_);
  const auto start = now_;
  d.begin(now_, false);
  int calls = 0;
  int steps = 0;
  while (step_until_known(d, steps) == outcome::connected && ++calls < 1000) {
    d.take();
    daemon.accept().end();
    d.again(now_);
  }
  EXPECT_GT(calls, 10);
  EXPECT_LT(calls, 40);
  EXPECT_LE(now_ - start, dialer::patience + dialer::pause_max);
  EXPECT_NE(d.why().find("hangs up"), std::string::npos);
}

TEST_F(dialing, BeginsAnewWithADaemonThatWasHeard) {
  fake_daemon daemon(where_.socket);
  dialer d(where_);
  d.begin(now_, false);
  ASSERT_EQ(d.step(now_, true), outcome::connected);
  d.heard();
  now_ += std::chrono::hours(1);
  d.again(now_);
  EXPECT_EQ(d.due(), now_);
  EXPECT_EQ(d.step(now_, true), outcome::connected);
}

} // namespace troupe::cli
