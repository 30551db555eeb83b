#include "mcp/budget.hpp"

#include <gtest/gtest.h>

#include <random>

namespace troupe::mcp {
namespace {

std::size_t size_of(const json& j) {
  return print_json(j).size();
}

json chatter(std::mt19937& dice, int depth) {
  static const std::string bits[] = {"a", "ß", "€", "😀", "\n", "\"", "\x01", "\xff"};
  const auto pick = [&](unsigned n) { return dice() % n; };
  const auto text = [&] {
    std::string s;
    for (auto n = pick(8) == 0 ? pick(3000) : pick(20); n > 0; --n)
      s += bits[pick(8)];
    return s;
  };
  switch (depth > 6 ? pick(3) : pick(6)) {
  case 0:
    return pick(1'000'000);
  case 1:
  case 2:
    return text();
  case 3:
    return nullptr;
  case 4: {
    json list = json::array();
    for (auto n = pick(12); n > 0; --n)
      list.push_back(chatter(dice, depth + 1));
    return list;
  }
  default: {
    json object = json::object();
    for (auto n = pick(12); n > 0; --n)
      object[to_utf8(text())] = chatter(dice, depth + 1);
    return object;
  }
  }
}

TEST(Budget, KeepsAnythingWithinAndValid) {
  std::mt19937 dice(20261120);
  int shortened = 0;
  for (int round = 0; round < 100; ++round) {
    const auto value = chatter(dice, 0);
    const std::size_t budget = 1024U << (round % 4);

    const auto fitted = fit(value, budget);

    const auto text = print_json(fitted);
    ASSERT_LE(text.size(), budget);
    ASSERT_TRUE(is_utf8(text));
    ASSERT_FALSE(json::parse(text, nullptr, false).is_discarded());
    if (size_of(value) <= budget)
      ASSERT_EQ(fitted, value);
    else
      ASSERT_TRUE(fitted.contains("truncated")) << ++shortened;
  }
}

TEST(Budget, LeavesWhatFitsAsItIs) {
  const json answer{{"a", "b"}};

  EXPECT_EQ(fit(answer, 1024), answer);
}

TEST(Budget, CutsTheLongestStringAndSaysHowLongItWas) {
  const json answer{{"id", "r_1"}, {"result", {{"final/x", std::string(50'000, 'x')}}}};

  const auto fitted = fit(answer, 16 * 1024);

  EXPECT_EQ(fitted["id"], "r_1");
  EXPECT_EQ(fitted["truncated"], (json{{"/result/final~1x", 50'000}}));
  const auto kept = fitted["result"]["final/x"].get<std::string>();
  EXPECT_GT(kept.size(), 16'000U);
  EXPECT_TRUE(kept.ends_with("… [shortened: 50000 bytes in all]"));
}

TEST(Budget, CutsNoCharacterInTwo) {
  std::string text;
  for (int i = 0; i < 5'000; ++i)
    text += "€";

  for (std::size_t budget = 1024; budget < 1030; ++budget) {
    const auto fitted = fit(json{{"t", text}}, budget);
    EXPECT_TRUE(is_utf8(fitted["t"].get<std::string>()));
  }
}

TEST(Budget, DropsTheLastRowsOfAListThatIsTooLong) {
  json rows = json::array();
  for (int i = 0; i < 1000; ++i)
    rows.push_back({{"n", i}});

  const auto fitted = fit(json{{"rows", rows}}, 1024);

  EXPECT_EQ(fitted["rows"][0]["n"], 0);
  EXPECT_LT(fitted["rows"].size(), 200U);
  EXPECT_GT(fitted["rows"].size(), 50U);
  EXPECT_EQ(fitted["truncated"]["/rows"], size_of(rows));
}

TEST(Budget, CountsTheRowsThatFit) {
  const json answer{{"rows", {"aaaa", "bbbb", "cccc"}}};

  EXPECT_EQ(rows_within(answer, "rows", size_of(answer)), 3U);
  EXPECT_EQ(rows_within(answer, "rows", size_of(answer) - 1), 2U);
  EXPECT_EQ(rows_within(answer, "rows", 3), 0U);
}

} // namespace
} // namespace troupe::mcp
