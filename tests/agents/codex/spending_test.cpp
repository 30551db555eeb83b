#include "agents/codex/spending.hpp"

#include <gtest/gtest.h>

namespace troupe::agents::codex {

namespace {

using origin = spending::origin;

json tokens(int input, int cached, int output) {
  return {
    {"inputTokens", input}, {"cachedInputTokens", cached}, {"outputTokens", output}};
}

json usage(const json& total, const json& last) {
  return {{"total", total}, {"last", last}};
}

TEST(CodexSpending, CountsCacheReadsApartFromTheInputTheyAreIn) {
  spending spent;
  spent.note("t", usage(tokens(100, 40, 10), tokens(100, 40, 10)), origin::begun);
  spent.note("t", usage(tokens(200, 80, 20), tokens(100, 40, 10)), origin::begun);

  const auto all = spent.so_far();
  EXPECT_EQ(all.turns, 2u);
  EXPECT_EQ(all.tokens, (token_usage{120, 20, 80}));
}

TEST(CodexSpending, LeavesOutWhatAResumedThreadHadSpent) {
  spending told;
  told.note("t", usage(tokens(500, 0, 50), tokens(100, 0, 10)), origin::told_before);
  told.note("t", usage(tokens(600, 0, 60), tokens(100, 0, 10)), origin::resumed);
  spending silent;
  silent.note("t", usage(tokens(600, 0, 60), tokens(100, 0, 10)), origin::resumed);

  EXPECT_EQ(told.so_far().turns, 1u);
  EXPECT_EQ(told.so_far().tokens, (token_usage{100, 10, 0}));
  EXPECT_EQ(silent.so_far(), told.so_far());
}

TEST(CodexSpending, AddsUpThreadsAndCountsAnAnswerOnce) {
  spending spent;
  spent.note("a", usage(tokens(10, 0, 1), tokens(10, 0, 1)), origin::begun);
  spent.note("b", usage(tokens(20, 0, 2), tokens(20, 0, 2)), origin::begun);
  spent.note("b", usage(tokens(20, 0, 2), tokens(20, 0, 2)), origin::begun);

  EXPECT_EQ(spent.so_far().turns, 2u);
  EXPECT_EQ(spent.so_far().tokens, (token_usage{30, 3, 0}));
}

TEST(CodexSpending, TellsNoTokensWhereNoneWereTold) {
  run_result result;
  spending{}.put_into(result);

  EXPECT_FALSE(result.usage);
}

} // namespace

} // namespace troupe::agents::codex
