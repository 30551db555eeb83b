#include "store/event_tail.hpp"

#include "protocol/json.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace troupe::store {
namespace {

std::string line_with(const std::string& data, std::optional<event_source> src) {
  return encode_text(event_line{
    7, {1000}, "r_1", "s_1", "process", event_type::agent_message, {data}, src});
}

TEST(EventTail, IsFoundAtTheEndOfWhatTheCodecWrites) {
  constexpr auto most64 = std::numeric_limits<std::uint64_t>::max() >> 1;
  constexpr auto most32 = std::numeric_limits<std::uint32_t>::max();
  for (const auto src :
       {event_source{}, event_source{most32, most64, most64, most32}}) {
    const auto line = line_with(R"({"text":"x"})", src);
    const auto tail = find_tail(line);
    ASSERT_TRUE(tail) << line;
    EXPECT_EQ(tail->src, src);
    EXPECT_EQ(
      std::string(tail->before) + "}", line_with(R"({"text":"x"})", std::nullopt));
  }
}

TEST(EventTail, IsNotMistakenForWhatDataHolds) {
  const std::string inner = R"({"attempt":1,"end_offset":2,"inputs":3,"index":4})";
  const std::string quoted = R"(,\"src\":{\"attempt\":1,\"end_offset\":2}})";
  for (const auto& data : {
         R"({"x":1,"src":)" + inner + "}",
         R"({"src":)" + inner + "}",
         R"({"a":{"x":1,"src":)" + inner + "}}",
         R"({"text":")" + quoted + R"("})",
         std::string("{}"),
       })
    EXPECT_FALSE(find_tail(line_with(data, std::nullopt))) << data;
}

TEST(EventTail, RefusesATailThatIsNotExactlyOne) {
  for (const auto* line : {
         "",
         "}}",
         R"({"seq":1,"src":{}})",
         R"({"seq":1,"src":{"attempt":1,"end_offset":2,"inputs":3}})",
         R"({"seq":1,"src":{"attempt":-1,"end_offset":2,"inputs":3,"index":4}})",
         R"({"seq":1,"src":{"attempt":1,"end_offset":2,"inputs":3,"index":4 }})",
         R"({"seq":1,"src":{"attempt":1,"end_offset":2,"inputs":3,"index":4}} )",
       })
    EXPECT_FALSE(find_tail(line)) << line;
}

} // namespace
} // namespace troupe::store
