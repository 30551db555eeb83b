#include "tests/mcp/http_clients.hpp"

namespace troupe::mcp {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class HttpStreams : public HttpClients {};

TEST_F(HttpStreams, AnAnswerThatComesSoonIsJson) {
  begin();
  post(1, "5");

  EXPECT_THAT(say(1, answer("5"), "5"), ElementsAre("1: 200 " + answer("5")));
  EXPECT_EQ(subject.waiting(), 0U);
}

TEST_F(HttpStreams, WhatIsSaidBeforeTheAnswerMakesItAStream) {
  begin();
  post(1, "5");

  EXPECT_THAT(
    say(1, progress, "5"),
    ElementsAre(
      "1: open",
      "1: id: 2-1\ndata: \n\n",
      "1: event: message\nid: 2-2\ndata: " + progress + "\n\n"));
  EXPECT_THAT(
    say(1, answer("5"), "5"),
    ElementsAre("1: event: message\nid: 2-3\ndata: " + answer("5") + "\n\n", "1: end"));
  EXPECT_EQ(subject.waiting(), 0U);
}

TEST_F(HttpStreams, OlderClientsGetNoEventsWithoutData) {
  begin("2025-06-18");
  post(1, "5");

  EXPECT_THAT(
    say(1, progress, "5"),
    ElementsAre("1: open", "1: event: message\nid: 2-1\ndata: " + progress + "\n\n"));
}

TEST_F(HttpStreams, AnAnswerThatTakesLongMakesAStreamTheClientCanComeBackTo) {
  begin();
  post(1, "5");
  now += 1s;
  EXPECT_THAT(shorten(subject.tick(now)), IsEmpty());
  now += 1s;

  EXPECT_THAT(
    shorten(subject.tick(now)), ElementsAre("1: open", "1: id: 2-1\ndata: \n\n"));
  EXPECT_THAT(shorten(subject.tick(now)), IsEmpty());
}

TEST_F(HttpStreams, AStreamIsResumedWhereItWasLeftAndShowsNoOther) {
  begin();
  post(1, "5");
  post(2, "6");
  say(1, progress, "5");
  say(1, progress, "6");
  EXPECT_THAT(hang_up(1), IsEmpty());
  EXPECT_THAT(say(1, answer("5"), "5"), IsEmpty());

  const auto told = ask(3, "GET", {{"mcp-session-id", "S1"}, {"last-event-id", "2-2"}});

  EXPECT_THAT(
    told,
    ElementsAre(
      "3: open",
      "3: event: message\nid: 2-5\ndata: " + answer("5") + "\n\n",
      "3: end"));
}

TEST_F(HttpStreams, AStreamIsShownToOneOnly) {
  begin();
  post(1, "5");
  say(1, progress, "5");

  EXPECT_THAT(
    ask(2, "GET", {{"mcp-session-id", "S1"}, {"last-event-id", "2-2"}}),
    ElementsAre("1: end", "2: open"));
  EXPECT_THAT(say(1, answer("5"), "5"), ElementsAre(StartsWith("2: event"), "2: end"));
}

TEST_F(HttpStreams, APauseClosesAStreamThatGoesOnLater) {
  begin();
  post(1, "5");

  EXPECT_THAT(
    say(1, "retry: 500", "5"),
    ElementsAre(
      "1: open",
      "1: id: 2-1\ndata: \n\n",
      "1: id: 2-2\nretry: 500\ndata: \n\n",
      "1: end"));
  EXPECT_THAT(say(1, answer("5"), "5"), IsEmpty());
  EXPECT_THAT(
    ask(2, "GET", {{"mcp-session-id", "S1"}, {"last-event-id", "2-2"}}),
    ElementsAre("2: open", HasSubstr(answer("5")), "2: end"));
}

TEST_F(HttpStreams, EventsThatAreKeptNoLongerAreSaidToBeGone) {
  begin();
  post(1, "5");
  say(1, progress, "5");
  for (const auto* id : {"2-99", "9-1", "nonsense", "", "1-1"})
    EXPECT_THAT(
      ask(2, "GET", {{"mcp-session-id", "S1"}, {"last-event-id", id}}),
      ElementsAre(StartsWith("2: 400")))
      << id;
  hang_up(1);
  for (std::size_t i = 0; i < http_streams::kept_events_max; ++i)
    say(1, progress, "5");

  EXPECT_THAT(
    ask(3, "GET", {{"mcp-session-id", "S1"}, {"last-event-id", "2-1"}}),
    ElementsAre(HasSubstr("too long ago")));
}

TEST_F(HttpStreams, WhatBelongsToNoRequestIsShownByAGet) {
  begin();
  EXPECT_THAT(say(1, progress, ""), IsEmpty());

  EXPECT_THAT(
    ask(1, "GET", in_session),
    ElementsAre(
      "1: open",
      "1: event: message\nid: 0-1\ndata: " + progress + "\n\n",
      "1: id: 0-2\ndata: \n\n"));
  EXPECT_THAT(
    say(1, progress, ""),
    ElementsAre("1: event: message\nid: 0-3\ndata: " + progress + "\n\n"));
  EXPECT_THAT(ask(2, "GET", in_session), ElementsAre(StartsWith("2: 409")));
  hang_up(1);
  EXPECT_THAT(
    ask(3, "GET", in_session), ElementsAre("3: open", StartsWith("3: id: 0-")));
}

TEST_F(HttpStreams, AnIdThatIsUnderWayIsNotTakenTwice) {
  begin();
  post(1, "5");

  EXPECT_THAT(
    post(2, "5"), ElementsAre(StartsWith(R"(2: 400 {"jsonrpc":"2.0","id":5)")));
  EXPECT_THAT(post(3, "\"5\""), ElementsAre(StartsWith("1< ")));
  say(1, answer("5"), "5");
  EXPECT_THAT(post(4, "5"), ElementsAre(StartsWith("1< ")));
}

TEST_F(HttpStreams, ASessionHasALimitOfRequests) {
  begin();
  for (std::size_t i = 0; i < http_streams::posts_max; ++i)
    post(i + 1, std::to_string(i));

  EXPECT_THAT(post(999, "999"), ElementsAre(StartsWith("999: 429")));
  say(1, answer("0"), "0");
  EXPECT_THAT(post(1000, "999"), ElementsAre(StartsWith("1< ")));
}

TEST_F(HttpStreams, APostOfASessionThatIsHungUpOnGoesOn) {
  begin();
  post(1, "5");

  EXPECT_THAT(hang_up(1), IsEmpty());
  EXPECT_THAT(say(1, answer("5"), "5"), IsEmpty());
  EXPECT_THAT(post(2, "5"), ElementsAre(StartsWith("1< ")));
}

} // namespace
} // namespace troupe::mcp
