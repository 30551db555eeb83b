#include "mcp/conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::mcp {
namespace {

const tool slow{
  {.name = "slow", .description = "Takes a while."}, {{"type", "object"}}};

/// A server of one tool, and what it is told to do.
struct Conversation : ::testing::Test {
  std::shared_ptr<offer> offered = [] {
    auto all = std::make_shared<offer>();
    all->about = {"a server", "A server", "1"};
    all->tools = {&slow};
    all->resources = true;
    all->lists_change = true;
    return all;
  }();
  conversation with{{offered, std::make_shared<seal>("key"), "somebody"}};
  timestamp now{1'000'000};

  static json modern_meta(json capabilities = json::object()) {
    return {
      {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
      {"io.modelcontextprotocol/clientCapabilities", std::move(capabilities)}};
  }

  orders ask(const json& id, std::string_view method, json params) {
    return with.take(print_json(jsonrpc::request(id, method, std::move(params))), now);
  }
  orders call(const json& id, json more = json::object(), json meta = modern_meta()) {
    more["name"] = "slow";
    more["_meta"] = std::move(meta);
    return ask(id, "tools/call", std::move(more));
  }
  void initialize(json capabilities = json::object()) {
    (void)ask(
      0,
      "initialize",
      {{"protocolVersion", "2025-11-25"}, {"capabilities", std::move(capabilities)}});
  }

  static json said(const orders& all, std::size_t at = 0) {
    return json::parse(std::get<say>(all.at(at)).line);
  }
  static std::uint64_t number(const orders& all) {
    return std::get<work>(all.at(0)).number;
  }
  static needs a_name() {
    return {{{"name", form("Name?", {{"type", "object"}})}}, {{"round", 1}}};
  }
};

const json forms = {{"elicitation", {{"form", json::object()}}}};

TEST_F(Conversation, SaysOnWhichStreamALineBelongs) {
  const auto n = number(call("a"));

  const auto told = with.settle(n, complaint{"no"}, now);

  EXPECT_EQ(std::get<say>(told.at(0)).about, "a");
  EXPECT_EQ(said(told)["result"]["isError"], true);
}

TEST_F(Conversation, BeginsOnce) {
  initialize();

  const auto again = said(ask(1, "initialize", {{"protocolVersion", "2025-11-25"}}));

  EXPECT_EQ(again["error"]["code"], -32600);
  EXPECT_EQ(said(ask(2, "ping", json::object()))["result"], json::object());
}

TEST_F(Conversation, AsksNobodyTwiceForTheSame) {
  initialize({{"elicitation", json::object()}});
  const auto n = number(ask("a", "tools/call", {{"name", "slow"}}));
  const auto asked = said(with.settle(n, a_name(), now));

  const auto again = with.take(
    print_json(jsonrpc::failure(asked["id"], jsonrpc::internal_error, "no form")), now);
  const auto ended = said(with.settle(number(again), a_name(), now));

  EXPECT_EQ(asked["method"], "elicitation/create");
  EXPECT_EQ(ended["id"], "a");
  EXPECT_EQ(ended["error"]["code"], jsonrpc::invalid_params);
  EXPECT_TRUE(with.idle());
}

TEST_F(Conversation, HandsBackAStateOnlyAsItWasGiven) {
  const auto first =
    with.settle(number(call(1, {}, modern_meta(forms))), a_name(), now);
  const auto state = said(first)["result"]["requestState"].get<std::string>();
  const json given{{"name", {{"action", "accept"}, {"content", {{"name", "Ann"}}}}}};

  const auto again =
    call(2, {{"requestState", state}, {"inputResponses", given}}, modern_meta(forms));
  const auto changed = call(3, {{"requestState", state + "0"}}, modern_meta(forms));
  const auto elsewhere =
    call(4, {{"requestState", state}, {"arguments", {{"a", 1}}}}, modern_meta(forms));
  now.ms += 3'600'001;
  const auto late = call(5, {{"requestState", state}}, modern_meta(forms));

  const auto& asked = *std::get<work>(again.at(0)).asked;
  EXPECT_EQ(asked.state, (json{{"round", 1}}));
  ASSERT_NE(filled_in(asked, "name"), nullptr);
  for (const auto* refused : {&changed, &elsewhere, &late})
    EXPECT_EQ(said(*refused)["error"]["code"], -32602);
}

TEST_F(Conversation, NamesTheCapabilityThatIsMissing) {
  const auto told = with.settle(number(call(1)), a_name(), now);

  EXPECT_EQ(said(told)["error"]["code"], -32021);
  EXPECT_TRUE(
    said(told)["error"]["data"]["requiredCapabilities"].contains("elicitation"));
}

TEST_F(Conversation, AsksTheClientItselfBeforeTheModernEra) {
  initialize(forms);
  const auto n = number(call(1, {}, json::object()));
  const auto asks = with.settle(n, a_name(), now);
  EXPECT_EQ(said(asks)["method"], "elicitation/create");
  EXPECT_EQ(std::get<say>(asks.at(0)).about, 1);

  const auto again = with.take(
    print_json(jsonrpc::success(said(asks)["id"], {{"action", "decline"}})), now);

  EXPECT_EQ(number(again), n);
  EXPECT_EQ(std::get<work>(again.at(0)).asked->inputs["name"]["action"], "decline");
  EXPECT_EQ(std::get<work>(again.at(0)).asked->state, (json{{"round", 1}}));
}

TEST_F(Conversation, LogsOnlyWhatIsLoudEnough) {
  initialize();
  const auto unasked = with.log(0, log_level::error, "test", "x");
  (void)ask(1, "logging/setLevel", {{"level", "warning"}});

  EXPECT_TRUE(unasked.empty());
  EXPECT_TRUE(with.log(0, log_level::info, "test", "x").empty());
  EXPECT_EQ(
    said(with.log(0, log_level::error, "test", "x"))["params"]["level"], "error");
}

TEST_F(Conversation, LogsInTheModernEraToTheRequestThatWantsIt) {
  auto meta = modern_meta();
  const auto quiet = number(call(1, {}, meta));
  meta["io.modelcontextprotocol/logLevel"] = "debug";
  const auto curious = number(call(2, {}, meta));

  EXPECT_TRUE(with.log(quiet, log_level::error, "test", "x").empty());
  EXPECT_EQ(
    std::get<say>(with.log(curious, log_level::debug, "test", "x").at(0)).about, 2);
}

TEST_F(Conversation, TellsOfChangesToWhoListens) {
  auto granting = ask(
    "l",
    "subscriptions/listen",
    {{"notifications",
      {{"toolsListChanged", true}, {"resourceSubscriptions", {"a:b", "a:c"}}}},
     {"_meta", modern_meta()}});
  const auto acknowledged = with.settle(number(granting), granted{{"a:b"}}, now);

  EXPECT_EQ(
    said(acknowledged)["params"]["notifications"],
    (json{{"toolsListChanged", true}, {"resourceSubscriptions", {"a:b"}}}));
  EXPECT_EQ(std::get<say>(with.changed("a:b").at(0)).about, "l");
  EXPECT_TRUE(with.changed("a:c").empty());
  EXPECT_EQ(with.changed(changing_list::tools).size(), 1U);
  EXPECT_TRUE(with.changed(changing_list::prompts).empty());
}

TEST_F(Conversation, RefusesMoreListeningThanItHolds) {
  json told;
  for (std::size_t i = 0; i <= subscriptions::listens_max; ++i)
    told = said(ask(
      "l" + std::to_string(i),
      "subscriptions/listen",
      {{"notifications", {{"toolsListChanged", true}}}, {"_meta", modern_meta()}}));

  EXPECT_EQ(told["error"]["code"], -32603);
}

TEST(Seal, OpensForItsPurposeUntilItsTime) {
  const seal one("key");
  const auto text = one.closed({{"a", 1}}, "this", {1000});

  EXPECT_EQ(one.opened(text, "this", {1000}), (json{{"a", 1}}));
  EXPECT_FALSE(one.opened(text, "that", {1000}));
  EXPECT_FALSE(one.opened(text, "this", {1001}));
  EXPECT_FALSE(seal("another").opened(text, "this", {1000}));
  EXPECT_FALSE(one.opened("", "this", {1000}));
}

} // namespace
} // namespace troupe::mcp
