#include "cli/ledger.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

constexpr const char* initialize = R"({"jsonrpc":"2.0","id":0,"method":"initialize"})";

std::string call(int id, std::size_t bytes = 0) {
  return print_json(jsonrpc::request(
    id, "tools/call", {{"name", "x"}, {"text", std::string(bytes, 'x')}}));
}

std::string reply(const json& id) {
  return print_json(jsonrpc::success(id, json::object()));
}

} // namespace

TEST(Peek, TellsTheKindsApart) {
  const auto asked = peek(R"({"method":"ping","id":7,"params":{}})");
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->what, jsonrpc::kind::request);
  EXPECT_EQ(asked->id, "7");
  EXPECT_EQ(asked->method, "ping");
  EXPECT_EQ(peek(R"({"method":"n"})")->what, jsonrpc::kind::notification);
  EXPECT_EQ(peek(R"({"id":"7","error":{"code":1}})")->id, "\"7\"");
  EXPECT_EQ(peek(R"({"result":{"id":3,"method":"x"},"id":4})")->id, "4");
}

TEST(Peek, LooksAtTheOutermostObjectOnly) {
  const auto e = peek(R"({"params":{"id":1,"method":"inner"},"method":"outer"})");
  ASSERT_TRUE(e);
  EXPECT_EQ(e->method, "outer");
  EXPECT_EQ(e->id, "");
}

TEST(Peek, DoesNotLookBehindTheIdOfAnAnswer) {
  EXPECT_TRUE(peek(R"({"jsonrpc":"2.0","id":5,"result":{"cut off)"));
}

TEST(Peek, LeavesAloneWhatIsNoMessage) {
  for (const char* line :
       {"", "x", "[]", "7", "{}", R"([{"method":"a","id":1}])", "{\"id\":1}"})
    EXPECT_FALSE(peek(line)) << line;
}

TEST(Ledger, KeepsARequestUntilItsAnswer) {
  ledger l;
  l.client_said(call(1));
  EXPECT_EQ(l.unanswered(), 1u);
  EXPECT_TRUE(l.daemon_said(reply("1"))) << "another id: a string";
  EXPECT_EQ(l.unanswered(), 1u);
  EXPECT_TRUE(l.daemon_said(reply(1)));
  EXPECT_TRUE(l.answered());
  EXPECT_EQ(l.unanswered(), 0u);
  EXPECT_EQ(l.kept_bytes(), 0u);
}

TEST(Ledger, RepeatsOnlyAnInitializeThatWasAnswered) {
  ledger l;
  l.client_said(initialize);
  EXPECT_TRUE(l.opening().empty());
  EXPECT_EQ(l.rest(), std::vector<std::string>{initialize}) << "it is still unanswered";
  EXPECT_TRUE(l.daemon_said(reply(0)));
  const auto again = l.opening();
  ASSERT_EQ(again.size(), 1u);
  EXPECT_TRUE(l.opening_unanswered());
  EXPECT_FALSE(
    l.daemon_said(reply(peek(again[0])->id.substr(1, peek(again[0])->id.size() - 2))));
  EXPECT_FALSE(l.opening_unanswered());
}

TEST(Ledger, ForgetsAnUnsubscribedResource) {
  ledger l;
  for (
    const char* line :
    {R"({"id":1,"method":"resources/subscribe","jsonrpc":"2.0","params":{"uri":"a"}})",
     R"({"id":2,"method":"resources/subscribe","jsonrpc":"2.0","params":{"uri":"b"}})",
     R"({"id":3,"method":"resources/unsubscribe","jsonrpc":"2.0","params":{"uri":"a"}})"})
    l.client_said(line);
  for (int id = 1; id <= 3; ++id)
    EXPECT_TRUE(l.daemon_said(reply(id)));
  const auto lines = l.rest();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_NE(lines[0].find(R"("uri":"b")"), std::string::npos);
}

TEST(Ledger, SaysSoOfARequestTooLargeToKeep) {
  ledger l;
  const auto half = ledger::kept_bytes_max / 2 + 1;
  l.client_said(call(1, half));
  l.client_said(call(2, half));
  EXPECT_EQ(l.unanswered(), 2u);
  EXPECT_EQ(l.rest().size(), 1u);
  const auto answers = l.unkept();
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(peek(answers[0])->id, "2");
  EXPECT_EQ(l.unanswered(), 1u);
}

TEST(Ledger, BeginsAnewOnceThereIsSomethingToForget) {
  ledger l;
  EXPECT_FALSE(l.begins_anew(initialize));
  l.client_said(R"({"id":"probe","method":"server/discover"})");
  EXPECT_FALSE(l.begins_anew(initialize)) << "what has no effect is no conversation";
  l.client_said(initialize);
  EXPECT_TRUE(l.begins_anew(initialize));
  EXPECT_FALSE(l.begins_anew(call(7)));
  EXPECT_FALSE(l.begins_anew(R"({"method":"initialize"})")) << "no request";
  EXPECT_FALSE(l.begins_anew(R"({"id":1,"method":"x","params":"initialize"})"));
  ledger without;
  without.client_said(call(1));
  EXPECT_TRUE(without.begins_anew(initialize));
}

TEST(Ledger, GivesUpWithAnErrorForEach) {
  ledger l;
  l.client_said(call(1));
  l.client_said(R"({"jsonrpc":"2.0","id":"b","method":"ping"})");
  const auto answers = l.give_up("gone");
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(
    answers[1],
    R"({"jsonrpc":"2.0","id":"b","error":{"code":-32603,"message":"gone"}})");
  EXPECT_EQ(l.unanswered(), 0u);
}

} // namespace troupe::cli
