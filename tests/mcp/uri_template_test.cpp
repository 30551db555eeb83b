#include "mcp/uri_template.hpp"

#include <gtest/gtest.h>

namespace troupe::mcp {
namespace {

using variables = std::map<std::string, std::string>;

TEST(UriTemplate, FindsItsVariables) {
  EXPECT_EQ(match("a://b", "a://b"), variables());
  EXPECT_EQ(match("a://{x}/c", "a://1%2F2/c"), (variables{{"x", "1/2"}}));
  EXPECT_EQ(match("a://{x}/{y}", "a://1/2"), (variables{{"x", "1"}, {"y", "2"}}));
  EXPECT_EQ(match("a://b{?n,m}", "a://b"), variables());
  EXPECT_EQ(
    match("a://b{?n,m}", "a://b?m=2&n=%31"), (variables{{"n", "1"}, {"m", "2"}}));
}

TEST(UriTemplate, RefusesWhatItDoesNotGive) {
  for (const auto* uri :
       {"",
        "a://",
        "a://1",
        "a://1/",
        "a:///c",
        "a://1/2/c",
        "a://1/c/",
        "a://%/c",
        "a://%2/c",
        "a://%zz/c",
        "a://1/c?x=1"})
    EXPECT_FALSE(match("a://{x}/c", uri)) << uri;
  EXPECT_FALSE(match("a://b{?n}", "a://b?m=1"));
  EXPECT_FALSE(match("a://b{?n}", "a://b?n"));
}

TEST(UriTemplate, EncodesWhatItFinds) {
  for (const std::string text : {"r_1", "a b/c?d", "%", "ß"})
    EXPECT_EQ(
      match("a://{x}", "a://" + percent_encoded(text)), (variables{{"x", text}}));
}

} // namespace
} // namespace troupe::mcp
