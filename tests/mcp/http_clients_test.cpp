#include "tests/mcp/http_clients.hpp"

namespace troupe::mcp {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

const std::string call7 =
  R"({"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":{)"
  R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
  R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
const http_headers modern_headers{
  {"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/list"}};

TEST_F(HttpClients, ASessionBeginsWithInitializeAndTheAnswerNamesIt) {
  const std::string hello = R"({"jsonrpc":"2.0","id":0,"method":"initialize"})";

  EXPECT_THAT(ask(1, "POST", {}, hello), ElementsAre("in 1", "1< " + hello));
  const auto acts = subject.say(
    http_client_min + 1,
    R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-11-25"}})",
    "0",
    now);

  ASSERT_EQ(acts.size(), 1U);
  const auto& told = std::get<answer_exchange>(acts.front());
  EXPECT_EQ(told.what.status, 200);
  EXPECT_EQ(*find_field(told.what.fields, "mcp-session-id"), "S1");
  EXPECT_EQ(subject.waiting(), 0U);
}

TEST_F(HttpClients, ASessionThatIsRefusedLeavesNothing) {
  ask(1, "POST", {}, R"({"jsonrpc":"2.0","id":0,"method":"initialize"})");

  const auto told =
    say(1, R"({"jsonrpc":"2.0","id":0,"error":{"code":-32602,"message":"no"}})", "0");

  EXPECT_THAT(told, ElementsAre(StartsWith("1: 200 {"), "out 1"));
  EXPECT_TRUE(subject.empty());
}

TEST_F(HttpClients, ASessionIsForgottenIfNobodyHearsItsId) {
  ask(1, "POST", {}, R"({"jsonrpc":"2.0","id":0,"method":"initialize"})");

  EXPECT_THAT(hang_up(1), ElementsAre("out 1"));
  EXPECT_TRUE(subject.empty());
}

TEST_F(HttpClients, ARequestNeedsTheIdOfASession) {
  begin();

  EXPECT_THAT(
    ask(1, "POST", {}, R"({"jsonrpc":"2.0","id":1,"method":"ping"})"),
    ElementsAre(StartsWith("1: 400")));
  for (const std::string guess : {"S2", "s1", "S1 ", "", "S"})
    EXPECT_THAT(
      ask(
        2,
        "POST",
        {{"mcp-session-id", guess}},
        R"({"jsonrpc":"2.0","id":1,"method":"ping"})"),
      ElementsAre(StartsWith("2: 404")))
      << guess;
  EXPECT_THAT(ask(3, "GET", {}), ElementsAre(StartsWith("3: 400")));
  EXPECT_THAT(ask(4, "DELETE", {}), ElementsAre(StartsWith("4: 400")));
}

TEST_F(HttpClients, ASessionIsNobodyElses) {
  begin();
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";

  EXPECT_THAT(
    ask(1, "POST", in_session, ping, "r_run"), ElementsAre(StartsWith("1: 404")));
  EXPECT_THAT(
    ask(2, "DELETE", in_session, {}, "r_run"), ElementsAre(StartsWith("2: 404")));
  EXPECT_THAT(post(3, "1"), ElementsAre(StartsWith("1< ")));
}

TEST_F(HttpClients, NotificationsAndAnswersOfTheClientAreAccepted) {
  begin();
  const std::string told = R"({"jsonrpc":"2.0","method":"notifications/initialized"})";
  const std::string answered = R"({"jsonrpc":"2.0","id":1,"result":{}})";

  EXPECT_THAT(ask(1, "POST", in_session, told), ElementsAre("1: 202", "1< " + told));
  EXPECT_THAT(
    ask(2, "POST", in_session, answered), ElementsAre("2: 202", "1< " + answered));
}

TEST_F(HttpClients, ThereIsALimitOfSessions) {
  const std::string hello = R"({"jsonrpc":"2.0","id":0,"method":"initialize"})";
  for (std::size_t i = 0; i < http_clients::sessions_max; ++i)
    ask(i + 1, "POST", {}, hello);

  EXPECT_THAT(ask(9999, "POST", {}, hello), ElementsAre(StartsWith("9999: 503")));
}

TEST_F(HttpClients, BatchesAreOfOneRevisionOnly) {
  const std::string batch =
    R"([{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":2,"method":"ping"}])";
  begin("2025-06-18");
  EXPECT_THAT(ask(1, "POST", in_session, batch), ElementsAre(StartsWith("1: 400")));

  http_clients other([] { return "S1"; });
  std::swap(subject, other);
  begin("2025-03-26");
  const auto first = http_client_min + 1;

  EXPECT_THAT(ask(2, "POST", in_session, batch), ElementsAre("1< " + batch));
  EXPECT_THAT(
    shorten(subject.say(first, "[" + answer("1") + "]", "2", now)),
    ElementsAre("2: 200 [" + answer("1") + "]"));
}

TEST_F(HttpClients, DeleteEndsASessionAndAllThatWaits) {
  begin();
  post(1, "5");
  post(2, "6");
  say(1, progress, "6");
  ask(3, "GET", in_session);

  EXPECT_THAT(
    ask(4, "DELETE", in_session),
    ElementsAre("4: 204", "3: end", StartsWith("1: 404"), "2: end", "out 1"));
  EXPECT_THAT(post(5, "7"), ElementsAre(StartsWith("5: 404")));
  EXPECT_TRUE(subject.empty());
  EXPECT_EQ(subject.waiting(), 0U);
}

TEST_F(HttpClients, ASessionThatNobodyUsesEnds) {
  begin();
  ask(1, "GET", in_session);
  now += http_clients::idle + 1s;
  EXPECT_THAT(shorten(subject.tick(now)), IsEmpty());
  hang_up(1);
  now += http_clients::idle + 1s;

  EXPECT_THAT(shorten(subject.tick(now)), ElementsAre("out 1"));
}

TEST_F(HttpClients, ASessionWhoseSpeakerDiedIsBegunAnew) {
  begin();
  post(1, "5");

  EXPECT_THAT(
    shorten(subject.close(http_client_min + 1)), ElementsAre(StartsWith("1: 404")));
  EXPECT_THAT(post(2, "6"), ElementsAre(StartsWith("2: 404")));
}

TEST_F(HttpClients, AModernPostIsAClientOfItsOwn) {
  EXPECT_THAT(
    ask(1, "POST", modern_headers, call7, "r_run"),
    ElementsAre("in 1r_run", "1< " + call7));
  EXPECT_THAT(
    ask(2, "POST", modern_headers, call7), ElementsAre("in 2", "2< " + call7));

  EXPECT_THAT(say(1, answer("7"), "7"), ElementsAre("1: 200 " + answer("7"), "out 1"));
  EXPECT_THAT(
    say(2, R"({"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"m"}})", "7"),
    ElementsAre(StartsWith("2: 404"), "out 2"));
  EXPECT_TRUE(subject.empty());
}

TEST_F(HttpClients, AModernStreamHasNoIdsAndNoMarks) {
  ask(1, "POST", modern_headers, call7);

  EXPECT_THAT(
    say(1, progress, "7"),
    ElementsAre("1: open", "1: event: message\ndata: " + progress + "\n\n"));
  EXPECT_THAT(
    say(1, answer("7"), "7"),
    ElementsAre("1: event: message\ndata: " + answer("7") + "\n\n", "1: end", "out 1"));
}

TEST_F(HttpClients, AModernPostThatIsHungUpOnIsCancelled) {
  ask(1, "POST", modern_headers, call7);

  EXPECT_THAT(
    hang_up(1),
    ElementsAre(
      R"(1< {"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})",
      "out 1"));
  EXPECT_THAT(say(1, answer("7"), "7"), IsEmpty());
}

TEST_F(HttpClients, PagesOfOtherSitesMayReadWhatTheyWereLetInFor) {
  ask(1, "POST", {{"origin", "http://localhost:3000"}}, "{");

  const auto& told = std::get<answer_exchange>(last_.front());

  EXPECT_EQ(
    *find_field(told.what.fields, "access-control-allow-origin"),
    "http://localhost:3000");
}

} // namespace
} // namespace troupe::mcp
