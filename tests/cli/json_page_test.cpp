#include "cli/json_page.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

const json_page::path server{"mcpServers", "troupe"};
const json command{{"command", "t"}};

json_page page_of(const std::string& text, bool comments = false) {
  auto page = json_page::read(text, comments);
  EXPECT_TRUE(page) << page.error().message;
  return page ? std::move(*page) : *json_page::read("", comments);
}

std::string with(const std::string& text, const json& value = command) {
  auto page = page_of(text, true);
  const auto put = page.set(server, value);
  EXPECT_TRUE(put) << put.error().message;
  return page.text();
}

std::string without(const std::string& text) {
  auto page = page_of(text, true);
  page.erase(server);
  return page.text();
}

struct sample {
  const char* about;
  const char* before;
  const char* after;
};

const sample samples[] = {
  {"nothing", "{}\n", R"({
  "mcpServers": {
    "troupe": {
      "command": "t"
    }
  }
}
)"},
  {"others, four deep",
   R"({
    "z": 1,
    "a": [ 1,2 ]
}
)",
   R"({
    "z": 1,
    "a": [ 1,2 ],
    "mcpServers": {
        "troupe": {
            "command": "t"
        }
    }
}
)"},
  {"another server, tabs",
   "{\n\t\"mcpServers\": {\n\t\t\"x\": {}\n\t},\n\t\"b\": 2\n}",
   "{\n\t\"mcpServers\": {\n\t\t\"x\": {},\n\t\t\"troupe\": {\n\t\t\t\"command\": "
   "\"t\"\n\t\t}\n\t},\n\t\"b\": 2\n}"},
  {"one line",
   R"({"a":{"b":"}"},"mcpServers":{"x":{}}})",
   R"({"a":{"b":"}"},"mcpServers":{"x":{},"troupe":{"command":"t"}}})"},
  {"one line with spaces",
   R"({"a": 1, "b": "\"{"})",
   R"({"a": 1, "b": "\"{", "mcpServers": {"troupe":{"command":"t"}}})"},
  {"comments",
   R"(// mine
{
  /* "mcpServers": {} */
  "a": "// no comment", // beside
  "b": 1 // the last
  // at the end
}
)",
   R"(// mine
{
  /* "mcpServers": {} */
  "a": "// no comment", // beside
  "b": 1, // the last
  "mcpServers": {
    "troupe": {
      "command": "t"
    }
  }
  // at the end
}
)"},
  {"lines of another system",
   "{\r\n  \"a\": 1\r\n}\r\n",
   "{\r\n  \"a\": 1,\r\n  \"mcpServers\": {\r\n    \"troupe\": {\r\n      "
   "\"command\": \"t\"\r\n    }\r\n  }\r\n}\r\n"},
};

} // namespace

TEST(JsonPage, PutsWhatIsNewLastAndLeavesTheRest) {
  for (const auto& each : samples)
    EXPECT_EQ(with(each.before), each.after) << each.about;
}

TEST(JsonPage, TakesAwayWhatItPutAndNothingElse) {
  for (const auto& each : samples)
    EXPECT_EQ(without(each.after), each.before) << each.about;
}

TEST(JsonPage, LeavesWhatSaysSoAlready) {
  for (const auto& each : samples)
    EXPECT_EQ(with(each.after), each.after) << each.about;
  const std::string odd = R"({"mcpServers" :{ "troupe":{"command" : "\u0074"}}})";
  EXPECT_EQ(with(odd), odd) << "the same value in other words";
}

TEST(JsonPage, ChangesOneValueInItsPlace) {
  auto page =
    page_of("{\n  \"a\": {\n    \"b\": [\n      1\n    ],\n    \"c\": 2\n  }\n}");
  ASSERT_TRUE(page.set({"a", "b"}, json::array({"x"})));
  EXPECT_EQ(
    page.text(),
    "{\n  \"a\": {\n    \"b\": [\n      \"x\"\n    ],\n    \"c\": 2\n  }\n}");
}

TEST(JsonPage, TakesAwayTheFirstTheMiddleAndTheLast) {
  const std::string text = "{\n  \"a\": 1,\n  \"b\": 2, // two\n  \"c\": 3\n}";
  for (const auto& [name, left] : std::vector<std::pair<std::string, std::string>>{
         {"a", "{\n  \"b\": 2, // two\n  \"c\": 3\n}"},
         {"b", "{\n  \"a\": 1,\n  // two\n  \"c\": 3\n}"},
         {"c", "{\n  \"a\": 1,\n  \"b\": 2 // two\n}"},
         {"d", text}}) {
    auto page = page_of(text, true);
    page.erase({name});
    EXPECT_EQ(page.text(), left);
  }
}

TEST(JsonPage, HasWhatIsThere) {
  const auto page = page_of(R"({"a":{"b":{}},"c":[{"b":1}]})");
  EXPECT_TRUE(page.has({"a", "b"}));
  EXPECT_FALSE(page.has({"b"}));
  EXPECT_FALSE(page.has({"c", "b"}));
}

TEST(JsonPage, TakesTheLastOfTwoOfOneName) {
  auto page = page_of(R"({"a":{"x":1},"a":{}})");
  ASSERT_TRUE(page.set({"a", "y"}, 2));
  EXPECT_EQ(page.text(), R"({"a":{"x":1},"a":{"y":2}})");
}

TEST(JsonPage, RefusesWhatIsNoJson) {
  for (const auto* broken :
       {"{", "[]", "3", "{\"a\": }", "{\"a\": 1,}", "{\"a\": \"", "{} {}", "/* {}"})
    EXPECT_FALSE(json_page::read(broken, true)) << broken;
  EXPECT_FALSE(json_page::read("{} // a comment", false));
}

TEST(JsonPage, DoesNotPutIntoWhatIsNoObject) {
  auto page = page_of(R"({"mcpServers": []})");
  const auto put = page.set(server, command);
  ASSERT_FALSE(put);
  EXPECT_EQ(put.error().message, "\"mcpServers\" is no object");
  EXPECT_EQ(page.text(), R"({"mcpServers": []})");
}

} // namespace troupe::cli
