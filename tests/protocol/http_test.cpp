#include "protocol/http.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using testing::HasSubstr;

TEST(HttpAddress, IsAnIpAddressAndAPort) {
  EXPECT_EQ(parse_http_address("127.0.0.1:7777"), (http_address{"127.0.0.1", 7777}));
  EXPECT_EQ(parse_http_address("[::1]:0"), (http_address{"::1", 0}));
  EXPECT_EQ(parse_http_address("0.0.0.0:80"), (http_address{"0.0.0.0", 80}));
}

TEST(HttpAddress, IsLoopbackIfNoHostIsNamed) {
  EXPECT_EQ(parse_http_address(":7777"), (http_address{"127.0.0.1", 7777}));
  EXPECT_EQ(parse_http_address("localhost:7777"), (http_address{"127.0.0.1", 7777}));
}

TEST(HttpAddress, IsRefusedWithTheReason) {
  for (const auto& [text, why] : std::map<std::string, std::string>{
         {"127.0.0.1", "port is missing"},
         {"127.0.0.1:", "no number"},
         {"127.0.0.1:65536", "no number"},
         {"127.0.0.1:80x", "no number"},
         {"example.com:80", "no IP address"},
         {"::1:80", "no IP address"},
         {"[]:80", "no IP address"}}) {
    const auto got = parse_http_address(text);

    ASSERT_FALSE(got) << text;
    EXPECT_THAT(got.error().message, HasSubstr(why)) << text;
  }
}

TEST(HttpAddress, KnowsWhoCanReachIt) {
  EXPECT_TRUE((http_address{"127.0.0.2", 1}).is_loopback());
  EXPECT_TRUE((http_address{"::1", 1}).is_loopback());
  EXPECT_FALSE((http_address{"0.0.0.0", 1}).is_loopback());
  EXPECT_FALSE((http_address{"::", 1}).is_loopback());
}

TEST(HttpAddress, HasBracketsInAUrl) {
  EXPECT_EQ(to_string(http_address{"::1", 80}), "[::1]:80");
  EXPECT_EQ(to_string(http_address{"127.0.0.1", 80}), "127.0.0.1:80");
}

TEST(HttpFields, AreFoundByName) {
  const http_fields fields{{"host", "a"}, {"accept", "b"}, {"host", "c"}};

  ASSERT_NE(find_field(fields, "host"), nullptr);
  EXPECT_EQ(*find_field(fields, "host"), "a");
  EXPECT_EQ(find_field(fields, "origin"), nullptr);
  EXPECT_EQ(count_field(fields, "host"), 2U);
}

} // namespace
} // namespace troupe
