#include "agents/claude/spending.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::claude {

namespace {

json answer(std::string_view id, int read, int written, json parent = nullptr) {
  return {
    {"type", "assistant"},
    {"parent_tool_use_id", std::move(parent)},
    {"message",
     {{"id", id},
      {"usage",
       {{"input_tokens", read},
        {"cache_creation_input_tokens", 1000},
        {"cache_read_input_tokens", 5},
        {"output_tokens", written}}}}}};
}

TEST(ClaudeSpending, AddsTokensAndTakesTheLastCost) {
  spending spent;
  const auto turn = [](int tokens, double cost) {
    return json{
      {"usage",
       {{"input_tokens", tokens},
        {"output_tokens", 1},
        {"cache_read_input_tokens", 2}}},
      {"total_cost_usd", cost}};
  };
  spent.add(turn(10, 0.5));
  spent.add(turn(-7, 0.75));
  run_result result;

  spent.put_into(result);

  EXPECT_EQ(result.usage, (token_usage{10, 2, 4}));
  EXPECT_EQ(result.cost_usd, 0.75);
}

TEST(ClaudeSpending, CountsTheAnswersOfTheModelWhileATurnRuns) {
  spending spent;

  spent.note(answer("m1", 10, 1));
  spent.note(answer("m1", 10, 7));
  EXPECT_EQ(spent.so_far(), (attempt_usage{1, {1010, 7, 5}, {}}))
    << "two lines of one answer";
  spent.note(answer("m2", 20, 1));

  EXPECT_EQ(spent.so_far(), (attempt_usage{2, {2030, 8, 10}, {}}));
}

TEST(ClaudeSpending, PutsTheResultInThePlaceOfWhatItsTurnTold) {
  spending spent;
  spent.note(answer("m1", 10, 1));
  spent.add(
    {{"usage", {{"input_tokens", 300}, {"output_tokens", 40}}},
     {"total_cost_usd", 0.25}});
  EXPECT_EQ(spent.so_far(), (attempt_usage{1, {300, 40, 0}, 0.25}));

  spent.note(answer("m2", 1, 1));

  EXPECT_EQ(spent.so_far(), (attempt_usage{2, {1301, 41, 5}, 0.25}));
}

TEST(ClaudeSpending, CountsNoTurnOfASubagentButItsTokens) {
  spending spent;
  spent.note(answer("s1", 10, 1, "toolu_1"));
  EXPECT_EQ(spent.so_far(), (attempt_usage{0, {1010, 1, 5}, {}}));
}

TEST(ClaudeSpending, CountsNoErrorThatTheAgentWroteItself) {
  spending spent;
  auto line = answer("m1", 10, 1);
  line["is_api_error_message"] = true;
  spent.note(line);
  spent.note({{"type", "assistant"}});
  EXPECT_EQ(spent.so_far(), attempt_usage{});
}

} // namespace

} // namespace troupe::agents::claude
