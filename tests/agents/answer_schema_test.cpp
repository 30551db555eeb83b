#include "agents/answer_schema.hpp"
#include "protocol/json.hpp"

#include <gmock/gmock.h>

namespace troupe::agents {

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

raw_json raw(const json& j) {
  return {print_json(j)};
}

json object(json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

std::string why_not(const json& schema) {
  return wrong_with_schema(raw(schema)).value_or("taken");
}

checked_answer answered(const json& schema, std::string text) {
  return check_answer(raw(schema), {.final_response = std::move(text)});
}

std::vector<std::string> faults(const json& schema, const json& answer) {
  return answered(schema, print_json(answer)).violations;
}

json nested(int levels) {
  json schema = {{"type", "integer"}};
  for (int i = 0; i < levels; ++i)
    schema = object({{"a", schema}});
  return schema;
}

TEST(AnswerSchema, IsTakenAsTheUsualGeneratorsWriteIt) {
  EXPECT_EQ(
    why_not(
      {{"$schema", "http://json-schema.org/draft-07/schema#"},
       {"$defs", {{"item", object({{"name", {{"type", "string"}}}})}}},
       {"type", "object"},
       {"additionalProperties", false},
       {"required", {"items"}},
       {"properties",
        {{"items", {{"type", "array"}, {"items", {{"$ref", "#/$defs/item"}}}}},
         {"at", {{"type", "string"}, {"format", "date-time"}}},
         {"id", {{"anyOf", {{{"type", "string"}}, {{"type", "null"}}}}}},
         {"code", {{"type", "string"}, {"pattern", "^(a+)+$"}}}}}}),
    "taken");
}

TEST(AnswerSchema, IsRefusedWithWhatIsWrong) {
  EXPECT_THAT(why_not({{"type", "array"}}), HasSubstr("\"type\": \"object\""));
  EXPECT_THAT(
    why_not(object({{"a", 7}})), HasSubstr("properties.a: expected a schema"));
  EXPECT_THAT(
    why_not(object({{"a", {{"type", "strnig"}}}})), HasSubstr("no JSON Schema"));
  EXPECT_THAT(
    why_not({{"type", "object"}, {"required", "a"}}), HasSubstr("no JSON Schema"));
  EXPECT_THAT(
    why_not({{"type", "object"}, {"unevaluatedProperties", false}}),
    HasSubstr("unevaluatedProperties: is not checked here"));
  EXPECT_THAT(
    why_not(object({{"a", {{"$ref", "https://example.org/s"}}}})),
    HasSubstr("properties.a.$ref: may name a part of this schema only"));
  EXPECT_THAT(
    why_not(object({{"a", {{"$ref", "#/$defs/b"}}}})), HasSubstr("names nothing"));
}

TEST(AnswerSchema, IsRefusedIfItIsTooMuch) {
  EXPECT_EQ(why_not(nested(20)), "taken");
  EXPECT_THAT(why_not(nested(25)), HasSubstr("nested deeper than 24 levels"));
  EXPECT_THAT(
    why_not(object({{"a", {{"description", std::string(65'536, 'x')}}}})),
    HasSubstr("larger than 64 KiB"));
}

TEST(AnswerSchema, IsRefusedIfItsReferencesDoNotEnd) {
  auto tree = object({{"kids", {{"items", {{"$ref", "#/$defs/node"}}}}}});
  tree["$defs"]["node"] = object({{"next", {{"$ref", "#/$defs/node"}}}});
  auto doubling = object({{"a", {{"$ref", "#/$defs/d0"}}}});
  for (int i = 0; i < 6; ++i) {
    const json next{{"$ref", "#/$defs/d" + std::to_string(i + 1)}};
    doubling["$defs"]["d" + std::to_string(i)] = {{"allOf", {next, next, next, next}}};
  }
  doubling["$defs"]["d6"] = true;

  EXPECT_THAT(why_not(tree), HasSubstr("#/$defs/node refers to itself"));
  EXPECT_THAT(why_not(doubling), HasSubstr("more than 1000 schemas"));
}

TEST(AnswerSchema, TakesTheAnswerWithWordsAroundItOrWithout) {
  const auto schema = object({{"n", {{"type", "integer"}}}});

  EXPECT_EQ(answered(schema, " {\"n\": 7}\n").data, raw_json{R"({"n":7})"});
  EXPECT_EQ(
    answered(schema, "Here:\n```json\n{\"n\":7}\n```\nDone.").data,
    raw_json{R"({"n":7})"});
  EXPECT_EQ(
    check_answer(
      raw(schema),
      {.final_response = "prose", .structured_output = raw_json{R"({"n":7})"}})
      .data,
    raw_json{R"({"n":7})"});
}

TEST(AnswerSchema, SaysWhereAnAnswerDoesNotFit) {
  json schema = object(
    {{"n", {{"type", "integer"}, {"minimum", 1}}},
     {"list", {{"type", "array"}, {"items", {{"type", "string"}}}}}});
  schema["required"] = {"n"};

  EXPECT_THAT(faults(schema, {{"n", 1}, {"list", {"a"}}}), IsEmpty());
  EXPECT_THAT(listed(faults(schema, {{"list", {"a"}}})), HasSubstr("'n'"));
  EXPECT_THAT(listed(faults(schema, {{"n", 0}})), HasSubstr("n: "));
  EXPECT_THAT(
    listed(faults(schema, {{"n", 1}, {"list", {"a", 2}}})), HasSubstr("list[1]: "));
  EXPECT_THAT(listed(faults(schema, {{"n", "1"}})), HasSubstr("n: "));
}

TEST(AnswerSchema, SaysThatAnAnswerIsNoObject) {
  const auto schema = object(json::object());

  EXPECT_THAT(
    answered(schema, "I could not.").violations,
    ElementsAre(HasSubstr("the answer is no JSON")));
  EXPECT_THAT(
    answered(schema, "[1]").violations, ElementsAre("the answer is no JSON object"));
  EXPECT_THAT(check_answer(raw(schema), {}).violations, SizeIs(1));
}

TEST(AnswerSchema, LimitsWhatIsChecked) {
  const auto schema = object(
    {{"list", {{"items", {{"type", "string"}}}}},
     {"more", {{"anyOf", {true, true, true, true}}}}});
  json many = json::array();
  for (int i = 0; i < 10'000; ++i)
    many.push_back(1);

  EXPECT_THAT(
    faults(schema, {{"list", many}}), ElementsAre(HasSubstr("more than 10000 values")));
  many.erase(many.begin(), many.begin() + 100);
  EXPECT_THAT(
    faults(schema, {{"list", many}}), ElementsAre(HasSubstr("too large to say where")));
  many.erase(many.begin() + 100, many.end());
  EXPECT_THAT(faults(schema, {{"list", many}}), SizeIs(8));
  EXPECT_THAT(
    faults(schema, {{std::string(257, 'x'), 1}}),
    ElementsAre(HasSubstr("name over 256 bytes")));
}

TEST(AnswerSchema, ChecksNoExpressionOfAStrangers) {
  const auto schema = object(
    {{"a", {{"type", "string"}, {"pattern", "^(a+)+$"}}},
     {"b", {{"type", "string"}, {"format", "date"}}}});
  const std::string long_text(500'000, '1');

  EXPECT_THAT(faults(schema, {{"a", long_text}, {"b", long_text}}), IsEmpty());
}

} // namespace

} // namespace troupe::agents
