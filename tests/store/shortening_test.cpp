#include "store/events.hpp"

#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <gmock/gmock.h>

#include <random>

namespace troupe::store {
namespace {

using testing::EndsWith;
using testing::StartsWith;

std::string event_with(const json& data) {
  json event{
    {"seq", 7},
    {"ts", "2026-11-20T10:15:24.123Z"},
    {"run_id", "r_1"},
    {"session_id", "s_1"},
    {"backend", "process"},
    {"type", "command_finished"}};
  event["data"] = data;
  return print_json(event);
}

/// Random JSON with the letters that make cutting hard.
class random_json {
public:
  explicit random_json(unsigned seed) : random_(seed) {}

  json object(int depth) {
    json members = json::object();
    for (int n = pick(6); n >= 0; --n)
      members[key()] = value(depth);
    return members;
  }

private:
  int pick(int n) { return std::uniform_int_distribution<>(0, n)(random_); }

  std::string key() {
    constexpr std::string_view keys[] = {
      "text",
      "output",
      "tool",
      "tool_id",
      "a/b~c",
      "path",
      "truncated",
      "\xC3\xA4\"",
      "status"};
    return std::string(keys[pick(8)]) + (pick(1) ? "" : std::to_string(pick(99)));
  }

  std::string text() {
    constexpr std::string_view letters[] = {
      "a", "\"", "\\", "\n", "\x01", "\xC3\xA4", "\xE2\x82\xAC", "\xF0\x9F\x8E\xAD"};
    std::string out;
    for (int n = pick(1) ? pick(20) : pick(3000); n > 0; --n)
      out += letters[pick(7)];
    return out;
  }

  json value(int depth) {
    switch (pick(depth > 0 ? 7 : 4)) {
    case 0:
      return pick(1000);
    case 1:
      return nullptr;
    case 5:
      return object(depth - 1);
    case 6: {
      json items = json::array();
      for (int n = pick(5); n > 0; --n)
        items.push_back(value(depth - 1));
      return items;
    }
    default:
      return text();
    }
  }

  std::mt19937 random_;
};

TEST(Shortened, LeavesWhatFitsAsItIs) {
  const auto line = event_with({{"text", "short"}});
  EXPECT_EQ(shortened(line, line.size()), line);
  EXPECT_EQ(shortened(line, 100'000), line);
}

TEST(Shortened, CutsTheLongestTextFirstAndNotesItsLength) {
  const auto line =
    event_with({{"output", std::string(5000, 'x')}, {"note", std::string(200, 'y')}});
  const auto event = json::parse(shortened(line, 1024));
  const auto& data = event["data"];
  const auto output = data["output"].get<std::string>();
  EXPECT_THAT(output, StartsWith(std::string(300, 'x')));
  EXPECT_THAT(output, EndsWith("x\xE2\x80\xA6[truncated, 5000 bytes in all]"));
  EXPECT_EQ(data["note"], std::string(200, 'y'));
  EXPECT_EQ(data["truncated"], (json{{"/output", 5000}}));
  EXPECT_EQ(event["seq"], 7);
}

TEST(Shortened, UsesNearlyAllTheRoomThereIs) {
  const auto line = event_with({{"output", std::string(50'000, 'x')}});
  for (const std::size_t bound : {512u, 1024u, 16'384u, 40'000u}) {
    EXPECT_LE(shortened(line, bound).size(), bound);
    EXPECT_GE(shortened(line, bound).size(), bound - 4);
  }
}

TEST(Shortened, CutsNamesOnlyWhenNothingElseIsLeft) {
  const std::string name(300, 'n');
  const std::string text(3000, 'x');
  const auto line = event_with({{"path", name}, {"request_id", "q1"}, {"text", text}});
  const auto event = json::parse(shortened(line, 700));
  EXPECT_EQ(event["data"]["path"], name);
  EXPECT_EQ(event["data"]["request_id"], "q1");
  EXPECT_TRUE(event["data"]["truncated"].contains("/text"));
  const auto tighter = json::parse(shortened(line, 512));
  EXPECT_EQ(tighter["data"]["request_id"], "q1");
  EXPECT_TRUE(tighter["data"]["truncated"].contains("/path"));
}

TEST(Shortened, PointsIntoArraysAndEscapesNames) {
  const auto line =
    event_with({{"a/b~c", json::array({"s", {{"t", std::string(3000, 'x')}}})}});
  const auto event = json::parse(shortened(line, 1000));
  EXPECT_EQ(event["data"]["truncated"], (json{{"/a~1b~0c/1/t", 3000}}));
}

TEST(Shortened, KeepsTheEnvelopeWhenTheDataIsAllSmallPieces) {
  const json data{{"items", json(std::vector<int>(5000, 12345))}};
  const auto event = json::parse(shortened(event_with(data), 600));
  EXPECT_EQ(
    event["data"],
    (json{{"truncated", true}, {"total_bytes", print_json(data).size()}}));
  EXPECT_EQ(event["type"], "command_finished");
}

TEST(Shortened, StaysWithinTheBoundWhateverTheEnvelope) {
  auto event = json::parse(event_with({{"text", std::string(900, 'x')}}));
  event["backend"] = std::string(4000, '\x01');
  const auto cut = json::parse(shortened(print_json(event), 512));
  EXPECT_EQ(cut["seq"], 7);
  EXPECT_EQ(cut["data"]["truncated"], true);
}

TEST(Shortened, AnswersWithJsonToWhatIsNone) {
  for (const auto& line :
       {std::string(2000, '['),
        std::string(2000, 'x'),
        "[" + std::string(2000, ' ') + "]",
        "{\"seq\":1" + std::string(2000, ' ') + "}",
        "{\"data\":\"" + std::string(2000, 'x') + "\"}"}) {
    const auto text = shortened(line, 512);
    EXPECT_LE(text.size(), 512u);
    const auto event = json::parse(text, nullptr, false);
    ASSERT_FALSE(event.is_discarded()) << text;
    EXPECT_EQ(event["data"]["truncated"], true);
  }
}

TEST(Shortened, IsValidWholeAndWithinTheBoundForAnyEventAndBound) {
  int cut = 0;
  for (unsigned seed = 0; seed < 150; ++seed) {
    const auto data = random_json(seed).object(3);
    const auto line = event_with(data);
    for (std::size_t bound = 512; bound < 40'000; bound += bound / 3 + seed) {
      const auto text = shortened(line, bound);
      ASSERT_LE(text.size(), bound) << seed;
      ASSERT_TRUE(is_utf8(text)) << seed;
      const auto event = json::parse(text, nullptr, false);
      ASSERT_FALSE(event.is_discarded()) << seed;
      ASSERT_EQ(event["seq"], 7);
      if (text == line || !event["data"]["truncated"].is_object())
        continue;
      for (const auto& [pointer, bytes] : event["data"]["truncated"].items()) {
        if (!pointer.starts_with("/"))
          continue;
        const auto whole = data.value(json::json_pointer(pointer), std::string());
        if (!bytes.is_number_unsigned() || whole.empty())
          continue;
        ++cut;
        const auto now =
          event["data"].value(json::json_pointer(pointer), std::string());
        const auto kept = now.substr(0, now.rfind("\xE2\x80\xA6[truncated, "));
        ASSERT_TRUE(whole.starts_with(kept)) << seed << pointer;
        ASSERT_EQ(bytes, whole.size()) << seed << pointer;
      }
    }
  }
  EXPECT_GT(cut, 1000);
}

} // namespace
} // namespace troupe::store
