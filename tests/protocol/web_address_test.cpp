#include "protocol/web_address.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

std::string read(std::string_view text) {
  const auto a = parse_web_address(text);
  return a ? a->origin() + " " + a->authority() + " " + a->path : "none";
}

TEST(WebAddress, IsTakenApart) {
  EXPECT_EQ(read("http://a.test"), "http://a.test a.test /");
  EXPECT_EQ(read("HTTPS://A.Test:443/X?y=1#z"), "https://a.test a.test /X?y=1");
  EXPECT_EQ(read("http://a.test:8080?q"), "http://a.test:8080 a.test:8080 /?q");
  EXPECT_EQ(read("https://[::1]:80/x"), "https://[::1]:80 [::1]:80 /x");
  EXPECT_EQ(read("http://[fe80::1]"), "http://[fe80::1] [fe80::1] /");
}

TEST(WebAddress, IsRefusedIfItIsNone) {
  for (const auto* text :
       {"",
        "a.test",
        "ftp://a",
        "file:///etc/passwd",
        "http://",
        "http://:80",
        "http://a:0",
        "http://a:99999",
        "http://a:b",
        "http://me:pw@a",
        "http://a b",
        "http://a/\r\nHost: b",
        "http://[::1",
        "http://[]",
        "http://a_b%2f",
        "//a"})
    EXPECT_EQ(read(text), "none") << text;
  EXPECT_EQ(read("http://a/" + std::string(9000, 'x')), "none");
}

TEST(WebAddress, IsFollowedFromAnother) {
  const auto from = *parse_web_address("https://a.test:81/x/y");
  const auto leads = [&](std::string_view reference) {
    const auto to = follow(from, reference);
    return to ? to_string(*to) : "none";
  };

  EXPECT_EQ(leads("/z?q"), "https://a.test:81/z?q");
  EXPECT_EQ(leads("http://b.test/z"), "http://b.test/z");
  EXPECT_EQ(leads("//b.test/z"), "none");
  EXPECT_EQ(leads("z"), "none");
}

} // namespace
} // namespace troupe
