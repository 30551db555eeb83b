#include "mcp/http_guard.hpp"

#include <gmock/gmock.h>

namespace troupe::mcp {
namespace {

using ::testing::HasSubstr;

constexpr const char* secret = "0123456789abcdef0123456789abcdef";
constexpr const char* run_token = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV.1.abcdef";

http_rules rules() {
  return {
    .token = secret, .hosts = {"gateway.example"}, .origins = {"https://app.example"}};
}

http_head head(std::string method = "POST") {
  return {
    .method = std::move(method),
    .target = "/mcp",
    .fields = {
      {"host", "127.0.0.1:7777"},
      {"content-type", "application/json"},
      {"accept", "application/json, text/event-stream"},
      {"authorization", std::string("Bearer ") + secret}}};
}

http_head with(std::string name, std::string value, http_head h = head()) {
  std::erase_if(h.fields, [&](const auto& field) { return field.first == name; });
  h.fields.emplace_back(std::move(name), std::move(value));
  return h;
}

http_head without(const std::string& name, http_head h = head()) {
  std::erase_if(h.fields, [&](const auto& field) { return field.first == name; });
  return h;
}

int status(const http_head& h, const http_rules& r = rules()) {
  const auto refused = refusal_of(h, r);
  return refused ? refused->status : 0;
}

TEST(HttpGuard, LetsInWhoHasTheToken) {
  for (const auto* method : {"POST", "GET", "DELETE"})
    EXPECT_EQ(status(head(method)), 0) << method;
  EXPECT_EQ(run_token_of(head(), rules()), "");
}

TEST(HttpGuard, KnowsItsOwnNamesOnly) {
  for (const auto* name :
       {"localhost",
        "LocalHost:7777",
        "127.0.0.1",
        "[::1]:7777",
        "gateway.example:443"})
    EXPECT_EQ(status(with("host", name)), 0) << name;
  for (const auto* name :
       {"evil.example",
        "evil.example:7777",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "",
        "[::1].evil.example",
        "169.254.169.254"})
    EXPECT_EQ(status(with("host", name)), 403) << name;
}

TEST(HttpGuard, IsNotCalledLocalhostWhereOthersReachIt) {
  auto open = rules();
  open.loopback = false;

  EXPECT_EQ(status(with("host", "localhost"), open), 403);
  EXPECT_EQ(status(with("origin", "http://localhost:3000"), open), 403);
}

TEST(HttpGuard, WantsAHost) {
  EXPECT_EQ(status(without("host")), 400);
}

TEST(HttpGuard, RefusesPagesOfOtherSitesEvenWithTheToken) {
  for (const auto* origin : {"http://localhost:3000", "https://app.example"})
    EXPECT_EQ(status(with("origin", origin)), 0) << origin;
  for (const auto* origin :
       {"https://evil.example",
        "http://localhost.evil.example",
        "https://app.example.evil.example",
        "null",
        "file://",
        ""})
    EXPECT_EQ(status(with("origin", origin)), 403) << origin;
}

TEST(HttpGuard, AsksForATokenInTheWayOfHttp) {
  const auto none = refusal_of(without("authorization"), rules());
  const auto wrong = refusal_of(with("authorization", "Bearer wrong"), rules());

  ASSERT_TRUE(none && wrong);
  EXPECT_EQ(none->status, 401);
  EXPECT_EQ(*find_field(none->fields, "www-authenticate"), R"(Bearer realm="troupe")");
  EXPECT_EQ(wrong->status, 401);
  EXPECT_THAT(
    *find_field(wrong->fields, "www-authenticate"), HasSubstr("invalid_token"));
  EXPECT_THAT(none->body, HasSubstr("troupe daemon url"));
}

TEST(HttpGuard, TakesNoTokenThatIsOnlyAlike) {
  for (const std::string& token :
       {std::string(secret).substr(1),
        std::string(secret) + "0",
        std::string("0123456789ABCDEF0123456789abcdef"),
        std::string("r_short"),
        std::string()})
    EXPECT_EQ(status(with("authorization", "Bearer " + token)), 401) << token;
  EXPECT_EQ(status(with("authorization", std::string("Basic ") + secret)), 401);
  EXPECT_EQ(status(with("authorization", secret)), 401);
  EXPECT_EQ(status(with("authorization", std::string("bearer ") + secret)), 0);
}

TEST(HttpGuard, LetsARunInUnderItsOwnName) {
  const auto h = with("authorization", std::string("Bearer ") + run_token);

  EXPECT_EQ(status(h), 0);
  EXPECT_EQ(run_token_of(h, rules()), run_token);
}

TEST(HttpGuard, WantsNoTokenIfThatIsTurnedOff) {
  auto open = rules();
  open.token.clear();

  EXPECT_EQ(status(without("authorization"), open), 0);
  EXPECT_EQ(run_token_of(head(), open), "");
  EXPECT_EQ(
    run_token_of(with("authorization", std::string("Bearer ") + run_token), open),
    run_token);
  EXPECT_EQ(status(with("host", "evil.example"), open), 403);
}

TEST(HttpGuard, HasOnePathAndThreeMethods) {
  auto elsewhere = head();
  elsewhere.target = "/.well-known/oauth-protected-resource";
  auto query = head();
  query.target = "/mcp?x=1";

  EXPECT_EQ(status(elsewhere), 404);
  EXPECT_EQ(status(query), 0);
  for (const auto* method : {"PUT", "PATCH", "HEAD", "TRACE", "post"})
    EXPECT_EQ(status(head(method)), 405) << method;
}

TEST(HttpGuard, TakesJsonAndGivesJsonOrEvents) {
  EXPECT_EQ(status(with("content-type", "application/json; charset=utf-8")), 0);
  EXPECT_EQ(status(with("content-type", "text/plain")), 415);
  EXPECT_EQ(status(without("content-type")), 415);
  EXPECT_EQ(status(with("accept", "*/*")), 0);
  EXPECT_EQ(status(without("accept")), 0);
  EXPECT_EQ(status(with("accept", "application/json")), 406);
  EXPECT_EQ(status(with("accept", "text/html")), 406);
  EXPECT_EQ(status(with("accept", "text/event-stream", head("GET"))), 0);
  EXPECT_EQ(status(with("accept", "application/json", head("GET"))), 406);
}

TEST(HttpGuard, RefusesAHeaderThatIsGivenTwice) {
  for (const auto* name :
       {"host", "origin", "authorization", "mcp-session-id", "mcp-method"}) {
    auto twice = head();
    twice.fields.emplace_back(name, "a");
    twice.fields.emplace_back(name, "b");

    EXPECT_EQ(status(twice), 400) << name;
  }
}

TEST(HttpGuard, AnswersABrowserThatAsksFirst) {
  auto question = without("authorization", head("OPTIONS"));
  question.fields.emplace_back("origin", "https://app.example");

  const auto answer = refusal_of(question, rules());

  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(
    *find_field(answer->fields, "access-control-allow-origin"), "https://app.example");
  EXPECT_EQ(status(with("origin", "https://evil.example", head("OPTIONS"))), 403);
}

} // namespace
} // namespace troupe::mcp
