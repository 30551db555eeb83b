#include "store/yaml.hpp"

#include <gmock/gmock.h>

namespace troupe::store {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

json value_of(const std::string& text) {
  const auto document = parse_yaml(text);
  return document ? document->value : json("error: " + document.error().message);
}

std::string fault_of(const std::string& text) {
  const auto document = parse_yaml(text);
  return document ? "no fault" : document.error().message;
}

TEST(Yaml, GivesPlainScalarsTheTypesOfTheCoreSchema) {
  const std::pair<std::string, json> cases[] = {
    {"null", nullptr},  {"~", nullptr},
    {"", nullptr},      {"nUll", "nUll"},
    {"true", true},     {"FALSE", false},
    {"yes", "yes"},     {"on", "on"},
    {"0", 0},           {"-12", -12},
    {"+12", 12},        {"007", 7},
    {"0x1F", 31},       {"0o17", 15},
    {"1.5", 1.5},       {".5", 0.5},
    {"1.", 1.0},        {"1e3", 1000.0},
    {"-2.5E-1", -0.25}, {".", "."},

    {"1e", "1e"},       {"1_000", "1_000"},
    {"0x", "0x"},       {"12:30:45", "12:30:45"},
    {".inf", ".inf"},   {".nan", ".nan"},
    {"1e999", "1e999"}, {"99999999999999999999", 1e20},
    {"+-1", "+-1"},     {"1.2.3", "1.2.3"}};
  for (const auto& [text, value] : cases)
    EXPECT_EQ(value_of("k: " + text + "\n")["k"], value) << text;
}

TEST(Yaml, KeepsWhatIsQuotedBlockOrTaggedAString) {
  for (const auto* text : {"'12'", "\"12\"", "!!str 12", "|-\n  12", ">-\n  12"})
    EXPECT_EQ(value_of(std::string("k: ") + text + "\n")["k"], "12") << text;
  EXPECT_EQ(value_of("k: 'true'")["k"], "true");
  EXPECT_EQ(value_of("k: ''")["k"], "");
}

TEST(Yaml, KnowsTheLineOfAPathOrOfWhatIsAroundIt) {
  const auto document = parse_yaml("a:\n  b:\n    - x\n    - y: 1\nc: 2\n");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->line_of("a"), 1);
  EXPECT_EQ(document->line_of("a.b"), 2);
  EXPECT_EQ(document->line_of("a.b[1].y"), 4);
  EXPECT_EQ(document->line_of("a.b[1].z"), 4);
  EXPECT_EQ(document->line_of("c"), 5);
  EXPECT_EQ(document->line_of("none"), 1);
}

TEST(Yaml, NamesTheLineOfWhatCannotBeRead) {
  EXPECT_THAT(fault_of("a: 1\nb: [1, 2\nc: 3\n"), testing::MatchesRegex("[34]: .+"));
  EXPECT_EQ(fault_of("a: 1\nb: 2\na: 3\n"), "3: a: given twice; keep one");
  EXPECT_THAT(
    fault_of("a: 1\nb: !secret x\n"), StartsWith("2: b: unknown tag !secret"));
  EXPECT_THAT(fault_of("a: 1\n? [x]\n: y\n"), StartsWith("2: a key must be"));
  EXPECT_THAT(fault_of("a: 1\n---\nb: 2\n"), HasSubstr("second document"));
  EXPECT_THAT(fault_of("a: *none\n"), StartsWith("1: "));
  EXPECT_THAT(fault_of("a: \xFF\n"), HasSubstr("not UTF-8"));
}

TEST(Yaml, ExpandsAliases) {
  EXPECT_EQ(value_of("a: &x [1, 2]\nb: *x\n")["b"], (json::array({1, 2})));
}

TEST(Yaml, RefusesABombOfAliases) {
  std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int n = 1; n < 12; ++n) {
    const auto last = "*a" + std::to_string(n - 1);
    text += "a" + std::to_string(n) + ": &a" + std::to_string(n) + " [" + last;
    for (int i = 0; i < 9; ++i)
      text += "," + last;
    text += "]\n";
  }
  EXPECT_THAT(fault_of(text), HasSubstr("more than 100000 values"));
}

TEST(Yaml, RefusesDepthAndAnAliasWithinItself) {
  EXPECT_THAT(
    fault_of(std::string(40, '[') + std::string(40, ']')), HasSubstr("nested deeper"));
  EXPECT_THAT(fault_of("a: &a [*a]\n"), HasSubstr("nested deeper"));
  EXPECT_NE(fault_of(std::string(200'000, '[')), "no fault");
  EXPECT_NE(fault_of(std::string(200'000, '{')), "no fault");
  EXPECT_NE(fault_of(std::string(2 << 20, ' ')), "no fault");
}

} // namespace
} // namespace troupe::store
