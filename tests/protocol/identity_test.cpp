#include "protocol/identity.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace troupe {
namespace {

constexpr timestamp some_time{1'795'170'924'123};

bool has_form(const std::string& text, const char* form) {
  return std::regex_match(text, std::regex(form));
}

TEST(RunId, HasItsPrefixAndTheFormOfAUlid) {
  const auto id = new_run_id(some_time);
  EXPECT_TRUE(has_form(id, "r_[0-9A-HJKMNP-TV-Z]{26}")) << id;
  EXPECT_TRUE(is_run_id(id));
}

TEST(RunId, EncodesTheTimeInItsFirstTenCharacters) {
  EXPECT_EQ(new_run_id({0}).substr(0, 12), "r_0000000000");
  EXPECT_EQ(new_run_id({1}).substr(0, 12), "r_0000000001");
  EXPECT_EQ(new_run_id({32}).substr(0, 12), "r_0000000010");
  EXPECT_EQ(new_run_id({(1LL << 48) - 1}).substr(0, 12), "r_7ZZZZZZZZZ");
}

TEST(RunId, SortsByTimeOfCreation) {
  for (int i = 0; i < 100; ++i)
    EXPECT_LT(new_run_id({some_time.ms + i}), new_run_id({some_time.ms + i + 1}));
}

TEST(RunId, IsDistinctWithinOneMillisecond) {
  std::set<std::string> ids;
  for (int i = 0; i < 10'000; ++i)
    ids.insert(new_run_id(some_time));
  EXPECT_EQ(ids.size(), 10'000u);
}

TEST(RunId, IsToldFromAnythingElse) {
  const auto id = new_run_id(some_time);
  for (const auto& other :
       {std::string(),
        std::string("r_"),
        id.substr(1),
        id + "0",
        id.substr(0, 27),
        "s_" + id.substr(2),
        std::string("r_../../../../../../etc/pass"),
        "r_" + std::string(26, 'U'),
        "r_" + std::string(26, 'a'),
        "r_" + std::string(26, '\0')})
    EXPECT_FALSE(is_run_id(other)) << other;
}

TEST(SessionId, HasItsPrefixAndTheFormOfAUlid) {
  const auto id = new_session_id(some_time);
  EXPECT_TRUE(has_form(id, "s_[0-9A-HJKMNP-TV-Z]{26}")) << id;
  EXPECT_FALSE(is_run_id(id));
}

TEST(Uuid, IsARandomOneOfVersionFour) {
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto id = new_uuid();
    EXPECT_TRUE(has_form(
      id, "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"))
      << id;
    ids.insert(id);
  }
  EXPECT_EQ(ids.size(), 100u);
}

TEST(Token, Is256BitsInHexadecimal) {
  const auto token = new_token();
  EXPECT_TRUE(has_form(token, "[0-9a-f]{64}")) << token;
  EXPECT_NE(token, new_token());
}

TEST(SameSecret, ComparesEveryByte) {
  const std::string secret = "0123456789";
  EXPECT_TRUE(same_secret(secret, "0123456789"));
  EXPECT_TRUE(same_secret("", ""));
  EXPECT_FALSE(same_secret(secret, ""));
  EXPECT_FALSE(same_secret(secret, "01234567890"));
  for (std::size_t i = 0; i < secret.size(); ++i) {
    auto other = secret;
    other[i] ^= 1;
    EXPECT_FALSE(same_secret(secret, other)) << i;
  }
}

} // namespace
} // namespace troupe
