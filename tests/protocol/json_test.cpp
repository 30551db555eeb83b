#include "protocol/json.hpp"

#include <gmock/gmock.h>

#include <array>

namespace troupe {
namespace json_test {

using testing::HasSubstr;

enum class colour : std::uint8_t { red, green, blue };

constexpr auto names(colour) {
  return std::to_array<std::string_view>({"red", "green", "blue"});
}

struct leaf {
  std::string name;
  std::uint8_t size = 7;

  friend bool operator==(const leaf&, const leaf&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("name", &leaf::name, "What it is called."),
      optional("size", &leaf::size, "How big it is."),
    };
  }
};

/// Open: ignores what it does not know.
struct tree {
  std::vector<leaf> leaves;
  std::map<std::string, leaf> by_name;
  std::optional<std::int64_t> age;
  std::optional<leaf> crown;
  colour paint = colour::green;
  double height = 1.5;
  bool alive = true;
  timestamp planted;
  raw_json notes;

  friend bool operator==(const tree&, const tree&) = default;

  static constexpr auto fields() {
    return field_list{
      optional("leaves", &tree::leaves, "All of them."),
      optional("by_name", &tree::by_name, "Some of them."),
      optional("age", &tree::age, "In years."),
      optional("crown", &tree::crown, "The highest."),
      optional("paint", &tree::paint, "The colour."),
      optional("height", &tree::height, "In metres."),
      optional("alive", &tree::alive, "Whether it lives."),
      optional("planted", &tree::planted, "When."),
      optional("notes", &tree::notes, "Anything."),
    };
  }
};

template <class T>
std::string error_of(std::string_view text) {
  auto read = decode_text<T>(text);
  if (read)
    return "no error";
  EXPECT_EQ(read.error().code, errc::invalid_argument);
  return read.error().message;
}

template <class T>
T value_of(std::string_view text) {
  auto read = decode_text<T>(text);
  EXPECT_TRUE(read) << text << ": " << read.error().message;
  return read.value_or(T{});
}

tree full_tree() {
  return {
    .leaves = {{"a", 1}, {"b", 255}},
    .by_name = {{"x y", {"c", 3}}},
    .age = -4,
    .crown = leaf{"top", 9},
    .paint = colour::blue,
    .height = 0.1,
    .alive = false,
    .planted = {1'795'169'724'123},
    .notes = {R"({"b":1,"a":[null,"é"]})"},
  };
}

TEST(Codec, KeepsEveryMemberOverTheRoundTrip) {
  const auto text = encode_text(full_tree());
  EXPECT_EQ(value_of<tree>(text), full_tree());
  EXPECT_EQ(encode_text(value_of<tree>(text)), text);
}

TEST(Codec, WritesMembersInOrderOfDeclaration) {
  EXPECT_EQ(encode_text(leaf{"a", 1}), R"({"name":"a","size":1})");
  EXPECT_EQ(to_string(leaf{"a", 1}), R"({"name":"a","size":1})");
}

TEST(Codec, LeavesAbsentMembersOutAndAtTheirInitialisers) {
  EXPECT_EQ(value_of<tree>("{}"), tree{});
  EXPECT_EQ(value_of<leaf>(R"({"name":"a"})").size, 7);
  EXPECT_FALSE(encode(tree{}).contains("age"));
  EXPECT_FALSE(value_of<tree>(R"({"age":null})").age);
}

TEST(Codec, NamesThePathToWhatDoesNotFit) {
  EXPECT_EQ(
    error_of<tree>(R"({"leaves":[{"name":"a"},{}]})"), "leaves[1].name: required");
  EXPECT_EQ(
    error_of<tree>(R"({"leaves":[{"name":3}]})"),
    "leaves[0].name: expected a string, got number");
  EXPECT_EQ(
    error_of<tree>(R"({"by_name":{"x":{"name":"a","size":"big"}}})"),
    "by_name.x.size: expected an integer, got string");
  EXPECT_EQ(error_of<tree>(R"({"crown":[]})"), "crown: expected an object, got array");
  EXPECT_EQ(error_of<tree>(R"([])"), "expected an object, got array");
  EXPECT_EQ(
    error_of<tree>(R"({"leaves":{}})"), "leaves: expected an array, got object");
  EXPECT_EQ(
    error_of<tree>(R"({"by_name":1})"), "by_name: expected an object, got number");
  EXPECT_EQ(error_of<tree>(R"({"alive":0})"), "alive: expected a boolean, got number");
  EXPECT_EQ(
    error_of<tree>(R"({"height":"1"})"), "height: expected a number, got string");
  EXPECT_EQ(error_of<tree>(R"({"notes":[]})"), "notes: expected an object, got array");
  EXPECT_EQ(
    error_of<std::vector<std::vector<int>>>("[[1],[2,true]]"),
    "[1][1]: expected an integer, got boolean");
}

TEST(ClosedRecord, RefusesAnUnknownMemberAndNamesTheNearest) {
  EXPECT_EQ(
    error_of<leaf>(R"({"name":"a","sise":1})"),
    "sise: unknown field; did you mean size?");
  EXPECT_EQ(
    error_of<leaf>(R"({"name":"a","temperature":1})"),
    "temperature: unknown field; known are name, size");
  EXPECT_EQ(
    error_of<tree>(R"({"leaves":[{"name":"a","nam":1}]})"),
    "leaves[0].nam: unknown field; did you mean name?");
}

TEST(OpenRecord, IgnoresAnUnknownMember) {
  EXPECT_EQ(value_of<tree>(R"({"agee":1,"x":{"y":[]}})"), tree{});
}

TEST(Codec, BoundsWhatItRepeatsFromTheSender) {
  const std::string big(1'000'000, 'k');
  EXPECT_LT(error_of<leaf>(R"({"name":"a",")" + big + R"(":1})").size(), 300u);
  EXPECT_LT(error_of<tree>(R"({"by_name":{")" + big + R"(":1}})").size(), 300u);
  EXPECT_LT(error_of<tree>(R"({"paint":")" + big + R"("})").size(), 300u);
}

TEST(Codec, ReadsAnEnumByItsName) {
  EXPECT_EQ(value_of<colour>(R"("blue")"), colour::blue);
  EXPECT_EQ(encode_text(colour::red), R"("red")");
  EXPECT_EQ(
    error_of<tree>(R"({"paint":"gren"})"),
    R"(paint: unknown value "gren"; did you mean green?)");
  EXPECT_EQ(
    error_of<tree>(R"({"paint":"octarine"})"),
    R"(paint: unknown value "octarine"; allowed are red, green, blue)");
  EXPECT_EQ(error_of<tree>(R"({"paint":1})"), "paint: expected a string, got number");
}

TEST(Codec, ReadsAnIntegerFromAWholeFloat) {
  EXPECT_EQ(value_of<int>("3.0"), 3);
  EXPECT_EQ(value_of<int>("1e3"), 1000);
  EXPECT_EQ(value_of<std::int64_t>("-9007199254740992.0"), -9007199254740992);
  EXPECT_EQ(error_of<int>("3.5"), "expected an integer, got number");
  EXPECT_EQ(error_of<std::int64_t>("1e300"), "expected an integer, got number");
}

TEST(Codec, RefusesAnIntegerOutOfRange) {
  EXPECT_EQ(value_of<std::uint8_t>("255"), 255);
  EXPECT_EQ(error_of<std::uint8_t>("256"), "integer out of range");
  EXPECT_EQ(error_of<std::uint8_t>("-1"), "integer out of range");
  EXPECT_EQ(value_of<std::int8_t>("-128"), -128);
  EXPECT_EQ(error_of<std::int8_t>("128"), "integer out of range");
  EXPECT_EQ(value_of<std::int64_t>("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(value_of<std::uint64_t>("9223372036854775807"), std::uint64_t{INT64_MAX});
  EXPECT_EQ(error_of<std::uint64_t>("9223372036854775808"), "integer out of range");
}

TEST(Codec, ReadsATimestampOnlyInItsOwnForm) {
  EXPECT_EQ(value_of<timestamp>(R"("1970-01-01T00:00:01Z")").ms, 1000);
  EXPECT_EQ(
    error_of<tree>(R"({"planted":12})"), "planted: expected an ISO 8601 time in UTC");
  EXPECT_EQ(
    error_of<tree>(R"({"planted":"today"})"),
    "planted: expected an ISO 8601 time in UTC");
}

TEST(Codec, MakesAnObjectOfRawJsonThatIsNone) {
  EXPECT_EQ(encode(raw_json{"not json"}), json::object());
}

TEST(Schema, SaysWhatTheCodecReads) {
  const auto s = schema<tree>();
  EXPECT_EQ(s["type"], "object");
  EXPECT_FALSE(s.contains("additionalProperties"));
  EXPECT_FALSE(s.contains("required"));
  EXPECT_EQ(s["properties"]["paint"]["enum"], json({"red", "green", "blue"}));
  EXPECT_EQ(s["properties"]["paint"]["default"], "green");
  EXPECT_EQ(s["properties"]["paint"]["description"], "The colour.");
  EXPECT_EQ(s["properties"]["planted"]["format"], "date-time");
  EXPECT_EQ(s["properties"]["age"]["type"], "integer");
  EXPECT_FALSE(s["properties"]["age"].contains("default"));
  EXPECT_EQ(s["properties"]["by_name"]["additionalProperties"]["type"], "object");
  const auto& item = s["properties"]["leaves"]["items"];
  EXPECT_EQ(item["required"], json::array({"name"}));
  EXPECT_EQ(item["additionalProperties"], false);
  EXPECT_EQ(item["properties"]["size"]["minimum"], 0);
  EXPECT_EQ(item["properties"]["size"]["default"], 7);
}

TEST(ParseJson, RefusesWhatIsNotJson) {
  for (const auto* text :
       {"",
        " ",
        "{",
        "}",
        "[1,]",
        "{\"a\":}",
        "nul",
        "\"",
        "\"\\",
        "1 2",
        "\xFF",
        "\"\xFF\"",
        "[1e999]",
        "\\\"[",
        "{'a':1}"})
    EXPECT_EQ(parse_json(text).error().message, "not valid JSON") << text;
}

TEST(ParseJson, CountsOnlyBracketsOutsideStrings) {
  EXPECT_TRUE(parse_json(R"(["[[[[","\"[[[[","\\"])", 1));
  EXPECT_TRUE(parse_json("[[],[],[]]", 2));
  EXPECT_FALSE(parse_json("[[],[[]]]", 2));
}

TEST(ParseJson, BoundsTheDepth) {
  const std::string open(64, '[');
  const std::string close(64, ']');
  EXPECT_TRUE(parse_json(open + close));
  EXPECT_EQ(
    parse_json("[" + open + close + "]").error().message,
    "JSON nested deeper than 64 levels");
}

TEST(ParseJson, AnswersABombAtOnce) {
  for (const auto* unit : {"[", "{\"a\":", "]["}) {
    std::string bomb;
    while (bomb.size() < 1'000'000)
      bomb += unit;
    EXPECT_FALSE(parse_json(bomb)) << unit;
  }
}

std::string object_of(int members) {
  std::string text = "{";
  for (int i = 0; i < members; ++i)
    text += (i ? ",\"" : "\"") + std::to_string(i) + "\":0";
  return text + "}";
}

TEST(ParseJson, RefusesObjectsWhoseMembersWouldTakeTooLong) {
  EXPECT_TRUE(parse_json(object_of(9'000)));
  EXPECT_THAT(
    parse_json(object_of(1'000'000)).error().message, HasSubstr("too many members"));
  std::string many = "[0";
  for (int i = 0; i < 20; ++i)
    many += "," + object_of(9'000);
  EXPECT_THAT(parse_json(many + "]").error().message, HasSubstr("too many members"));
}

TEST(ParseJson, TakesLongArraysAndManySmallObjects) {
  std::string items = "[0";
  for (int i = 0; i < 100'000; ++i)
    items += R"(,{"a":1,"b":[1,2,3]})";
  EXPECT_TRUE(parse_json(items + "]"));
}

TEST(PrintJson, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(
    print_json(json("a\xFF"
                    "b")),
    "\"a\uFFFDb\"");
  EXPECT_TRUE(parse_json(print_json(json{{"\xC3", "\xE2\x82"}})));
}

TEST(PrintJson, IsCompactAndOnOneLine) {
  EXPECT_EQ(
    print_json(json{{"b", "x\ny"}, {"a", {1, 2}}}), R"({"b":"x\ny","a":[1,2]})");
}

TEST(WriteString, PrintsWhatPrintJsonPrints) {
  std::string every_ascii;
  for (char c = 0; c >= 0 && c < 127; ++c)
    every_ascii += c;
  for (const std::string& text :
       {std::string(),
        std::string("plain"),
        every_ascii,
        every_ascii + '\x7f' + every_ascii,
        std::string("\"\\\n"),
        std::string("äöü \u2028 \U0001F600 end"),
        std::string("cut \xE2\x82"),
        std::string("a\xFF\"b")}) {
    std::string out = "[";
    write_string(out, text);
    EXPECT_EQ(out, "[" + print_json(json(text)));
  }
}

} // namespace json_test
} // namespace troupe
