#include "supervision/stop_ladder.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troupe::supervision {

bool operator==(const stop_rung& a, const stop_rung& b) {
  return a.at == b.at && a.action == b.action;
}

void PrintTo(const stop_rung& rung, std::ostream* out) {
  *out << static_cast<int>(rung.action) << " at " << rung.at.count() << " ms";
}

namespace {

using namespace std::chrono_literals;
using enum stop_action;
using rungs = std::vector<stop_rung>;

TEST(StopLadder, AsksFirstWhereTheBackendCanBeInterrupted) {
  EXPECT_EQ(
    stop_ladder({.interrupts = true, .stdin_open = true}),
    (rungs{{0ms, interrupt}, {1s, close_stdin}, {2s, terminate}, {5s, kill_tree}}));
}

TEST(StopLadder, WaitsAsLongAsTheBackendNeedsToBeInterrupted) {
  EXPECT_EQ(
    stop_ladder({.interrupts = true, .stdin_open = true, .interrupt_grace = 20s}),
    (rungs{{0ms, interrupt}, {20s, close_stdin}, {21s, terminate}, {24s, kill_tree}}));
}

TEST(StopLadder, LeavesAClosedStdinAlone) {
  EXPECT_EQ(
    stop_ladder({.interrupts = true, .stdin_open = false}),
    (rungs{{0ms, interrupt}, {2s, terminate}, {5s, kill_tree}}));
}

TEST(StopLadder, TerminatesAPlainProcessAtOnce) {
  EXPECT_EQ(
    stop_ladder({.interrupts = false, .stdin_open = true}),
    (rungs{{0ms, close_stdin}, {0ms, terminate}, {3s, kill_tree}}));
  EXPECT_EQ(
    stop_ladder({.interrupts = false, .stdin_open = false}),
    (rungs{{0ms, terminate}, {3s, kill_tree}}));
}

TEST(FinishLadder, LetsTheAgentLinger) {
  for (const bool interrupts : {false, true}) {
    EXPECT_EQ(
      finish_ladder({interrupts, true}, 10s),
      (rungs{{0ms, close_stdin}, {10s, terminate}, {12s, kill_tree}}));
    EXPECT_EQ(
      finish_ladder({interrupts, false}, 10s),
      (rungs{{10s, terminate}, {12s, kill_tree}}));
  }
}

TEST(FinishLadder, TakesNoNegativeLinger) {
  EXPECT_EQ(finish_ladder({}, -5s), (rungs{{0ms, terminate}, {2s, kill_tree}}));
}

TEST(RestLadder, KillsAtOnceOrLetsTheRestWriteDownWhatItKnows) {
  EXPECT_EQ(rest_ladder({}), (rungs{{0ms, kill_tree}}));
  EXPECT_EQ(rest_ladder({.rest_grace = 2s}), (rungs{{2s, kill_tree}}));
}

TEST(EveryLadder, RisesAndEndsWithTheWholeTree) {
  for (const bool interrupts : {false, true})
    for (const bool open : {false, true})
      for (const auto& ladder :
           {stop_ladder({interrupts, open}), finish_ladder({interrupts, open}, 7s)}) {
        EXPECT_EQ(ladder.back().action, kill_tree);
        EXPECT_TRUE(std::ranges::is_sorted(ladder, {}, &stop_rung::at));
        EXPECT_TRUE(std::ranges::is_sorted(ladder, {}, &stop_rung::action));
      }
}

} // namespace
} // namespace troupe::supervision
