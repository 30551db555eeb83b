#include "agents/a2a/card.hpp"

#include "a2a/talk.hpp"
#include "agents/a2a/settings.hpp"

namespace troupe::agents::a2a {
namespace {

web_address at(const std::string& text) {
  return *parse_web_address(text);
}

json offered(const std::vector<json>& interfaces) {
  return {{"supportedInterfaces", interfaces}};
}

json entry(const char* url, const char* binding, const char* version) {
  return {{"url", url}, {"protocolBinding", binding}, {"protocolVersion", version}};
}

TEST(A2aCard, IsLookedForBelowTheAgent) {
  const auto looked_for = [](const char* url, bool older = false) {
    return to_string(card_address(at(url), older));
  };

  EXPECT_EQ(looked_for("http://a.test"), "http://a.test/.well-known/agent-card.json");
  EXPECT_EQ(
    looked_for("http://a.test/x/"), "http://a.test/x/.well-known/agent-card.json");
  EXPECT_EQ(looked_for("http://a.test", true), "http://a.test/.well-known/agent.json");
  EXPECT_EQ(looked_for("http://a.test/my-card.json"), "http://a.test/my-card.json");
}

TEST(A2aCard, IsReadForTheNewestVersionThatIsSpoken) {
  const auto chosen = choose_interface(
    offered(
      {entry("http://a.test/g", "GRPC", "1.0"),
       entry("http://a.test/old", "JSONRPC", "0.3"),
       entry("/new", "JSONRPC", "1.0")}),
    at("http://a.test"),
    {});

  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->speaks, dialect::v1);
  EXPECT_EQ(to_string(chosen->url), "http://a.test/new");
  EXPECT_FALSE(chosen->streams);
}

TEST(A2aCard, IsReadForTheVersionThatWasAskedFor) {
  const auto its = offered(
    {entry("http://a.test/old", "JSONRPC", "0.3"),
     entry("http://a.test/new", "JSONRPC", "1.0")});

  const auto chosen =
    choose_interface(its, at("http://a.test"), {.only = dialect::v03});

  ASSERT_TRUE(chosen);
  EXPECT_EQ(chosen->speaks, dialect::v03);
}

TEST(A2aCard, SendsNoSecretToAnotherOrigin) {
  const auto its = offered({entry("http://b.test/rpc", "JSONRPC", "1.0")});

  const auto refused = choose_interface(its, at("http://a.test"), {});
  const auto named =
    choose_interface(its, at("http://a.test"), {.origins = {"http://b.test"}});

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("backend_config.origins"));
  EXPECT_TRUE(named);
}

TEST(A2aCard, SaysWhatIsOfferedIfNothingIsSpoken) {
  const auto refused = choose_interface(
    offered({entry("http://a.test", "GRPC", "1.0")}), at("http://a.test"), {});

  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("offers GRPC 1.0"));
}

TEST_F(A2a, FollowsRedirectsWithinOneOriginOnly) {
  const auto redirected = [&](const std::string& location) {
    c_ = std::make_unique<conversation>("remote_a2a", fresh());
    c_->turn("do it");
    auto line = reply(1, json::object(), 302);
    line["location"] = location;
    return c_->print(line);
  };

  const auto within = redirected("/elsewhere.json");
  const auto beyond = redirected("http://evil.test/card.json");

  EXPECT_EQ(asked(within).at(0)["url"], agent_url + "/elsewhere.json");
  EXPECT_THAT(asked(beyond), IsEmpty());
  ASSERT_TRUE(beyond.ended);
  EXPECT_EQ(beyond.ended->reason.reason, exit_kind::agent_error);
}

TEST_F(A2a, LooksForACardOfTheOlderNameToo) {
  c_ = std::make_unique<conversation>("remote_a2a", fresh());
  c_->turn("do it");
  const auto older = c_->print(reply(1, json::object(), 404));
  const auto none = c_->print(reply(2, json::object(), 404));

  EXPECT_EQ(asked(older).at(0)["url"], agent_url + "/.well-known/agent.json");
  ASSERT_TRUE(none.ended);
  EXPECT_THAT(none.ended->reason.detail, HasSubstr("its card cannot be read"));
}

TEST(A2aSettings, KeepSecretsOutOfTheArguments) {
  auto plan = configured(
    {{"agent_url", "https://a.test"},
     {"token", "very secret"},
     {"headers", {{"X-Key", "secret too"}}}});
  plan.programs = "/opt/troupe";

  const auto line = start(plan);

  ASSERT_TRUE(line);
  EXPECT_EQ(line->argv, std::vector<std::string>{"/opt/troupe/troupe-a2a"});
  EXPECT_EQ(line->env.at("TROUPE_A2A_TOKEN"), "very secret");
  EXPECT_EQ(line->env.at("TROUPE_A2A_HEADERS"), R"({"X-Key":"secret too"})");
}

TEST(A2aSettings, AreRefusedInWords) {
  const auto refused = [](const json& config) {
    return start(configured(config)).error().message;
  };

  EXPECT_THAT(refused(json::object()), HasSubstr("agent_url: required"));
  EXPECT_THAT(refused({{"agent_url", "ftp://a"}}), HasSubstr("http:// or https://"));
  EXPECT_THAT(
    refused({{"agent_url", "https://me:pw@a.test"}}), HasSubstr("user or password"));
  EXPECT_THAT(
    refused({{"agent_url", "http://a"}, {"token", "x"}, {"token_env", "Y"}}),
    HasSubstr("either"));
  EXPECT_THAT(
    refused({{"agent_url", "http://a"}, {"tokn", "x"}}),
    HasSubstr("did you mean token"));
}

} // namespace
} // namespace troupe::agents::a2a
