#include "agents/agent_line.hpp"

#include <gtest/gtest.h>

namespace troupe::agents {

namespace {

TEST(AgentLine, TakesOnlyObjects) {
  EXPECT_TRUE(read_object(R"({"a":1})"));
  for (const auto text : {"", "hello", "[1]", "3", "\"{}\"", "{", "{\"a\":}"})
    EXPECT_FALSE(read_object(text)) << text;
}

TEST(AgentLine, ForgivesLoneSurrogates) {
  const auto lone = read_object(R"({"a":"x\ud83d","b":"\ude00y","c":"\ud83d\ude00"})");

  ASSERT_TRUE(lone);
  EXPECT_EQ(text_in(*lone, "a"), "x\xEF\xBF\xBD");
  EXPECT_EQ(text_in(*lone, "b"), "\xEF\xBF\xBDy");
  EXPECT_EQ(text_in(*lone, "c"), "\xF0\x9F\x98\x80");
}

TEST(AgentLine, LeavesEscapedBackslashesAloneWhenItForgives) {
  const auto line = read_object(R"({"a":"\\ud83d","b":"\ud83d"})");

  ASSERT_TRUE(line);
  EXPECT_EQ(text_in(*line, "a"), "\\ud83d");
}

TEST(AgentLine, ForgivesBytesThatAreNotText) {
  const auto line = read_object("{\"a\":\"x\xFFy\"}");

  ASSERT_TRUE(line);
  EXPECT_EQ(text_in(*line, "a"), "x\xEF\xBF\xBDy");
}

TEST(AgentLine, RefusesWhatIsNestedTooDeep) {
  const auto nested = [](std::size_t levels) {
    return "{\"a\":" + std::string(levels, '[') + std::string(levels, ']') + "}";
  };

  EXPECT_TRUE(read_object(nested(40)));
  EXPECT_FALSE(read_object(nested(60)));
}

TEST(AgentLine, QuotesWhatItCannotRead) {
  EXPECT_EQ(print_json(quoted("hi", false)), R"({"text":"hi"})");
  EXPECT_EQ(
    print_json(quoted("a\xFF", true)),
    "{\"text\":\"a\xEF\xBF\xBD\",\"binary\":true,\"truncated\":true}");
}

TEST(AgentLine, FindsTheLastLineThatSaysSomething) {
  EXPECT_EQ(last_line("a\nError: b\n\n  \n"), "Error: b");
  EXPECT_EQ(last_line(" \n"), "");
}

} // namespace

} // namespace troupe::agents
