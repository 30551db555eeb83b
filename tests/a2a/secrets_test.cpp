#include "a2a/secrets.hpp"

#include <gmock/gmock.h>

#include <cstdlib>

namespace troupe::a2a {
namespace {

using testing::HasSubstr;

/// The environment of the test, as it was before.
class Secrets : public testing::Test {
protected:
  void TearDown() override {
    for (const auto* name :
         {"TROUPE_A2A_HEADERS", "TROUPE_A2A_TOKEN", "TROUPE_A2A_TOKEN_ENV", "MINE"})
      ::unsetenv(name);
  }
  static void set(const char* name, const char* value) { ::setenv(name, value, 1); }
};

TEST_F(Secrets, AreHeadersAndAToken) {
  set("TROUPE_A2A_HEADERS", R"({"X-Key":"abcdefgh"})");
  set("TROUPE_A2A_TOKEN", "tok-12345");

  const auto known = secrets::from_environment();

  ASSERT_TRUE(known);
  EXPECT_EQ(known->headers().at("X-Key"), "abcdefgh");
  EXPECT_EQ(known->headers().at("Authorization"), "Bearer tok-12345");
  EXPECT_FALSE(std::getenv("TROUPE_A2A_TOKEN"));
}

TEST_F(Secrets, AreMaskedWhereverTheyShow) {
  set(
    "TROUPE_A2A_HEADERS", R"({"Authorization":"Basic dXNlcjpwdw==","X-Short":"yes"})");

  const auto known = secrets::from_environment();

  ASSERT_TRUE(known);
  EXPECT_EQ(
    known->masked("yes: Basic dXNlcjpwdw== or dXNlcjpwdw=="), "yes: *** or ***");
}

TEST_F(Secrets, MayBeInAVariableOfTheRun) {
  set("TROUPE_A2A_TOKEN_ENV", "MINE");
  const auto none = secrets::from_environment();
  set("MINE", "tok-12345");
  const auto known = secrets::from_environment();

  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("MINE"));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->headers().at("Authorization"), "Bearer tok-12345");
}

TEST_F(Secrets, AreRefusedIfTheyWouldBeMoreThanAHeader) {
  for (const auto* headers :
       {R"({"A":"b\r\nC: d"})", R"({"A b":"c"})", R"({"A":1})", "x"}) {
    set("TROUPE_A2A_HEADERS", headers);

    EXPECT_FALSE(secrets::from_environment()) << headers;
  }
}

} // namespace
} // namespace troupe::a2a
