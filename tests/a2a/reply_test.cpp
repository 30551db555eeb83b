#include "a2a/reply.hpp"

#include "a2a/exchange.hpp"

#include <gmock/gmock.h>

namespace troupe::a2a {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

TEST(Reply, IsToldOnceItIsWhole) {
  reply_reader reply(7);

  EXPECT_FALSE(reply.begin({.status = 200, .type = "application/json"}));
  EXPECT_THAT(reply.take("{\"x\""), IsEmpty());
  EXPECT_THAT(reply.take(":1}"), IsEmpty());
  const auto told = reply.end();

  EXPECT_EQ(told.what, web_news_kind::reply);
  EXPECT_EQ(told.id, 7u);
  EXPECT_EQ(told.status, 200);
  EXPECT_EQ(told.text, "{\"x\":1}");
}

TEST(Reply, OfEventsIsToldEventByEvent) {
  reply_reader reply(7);

  const auto opened =
    reply.begin({.status = 200, .type = "text/event-stream; charset=utf-8"});
  const auto told = reply.take("data: a\n\ndata: b\n\n");

  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->what, web_news_kind::opened);
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_EQ(told[1].what, web_news_kind::event);
  EXPECT_EQ(told[1].text, "b");
  EXPECT_EQ(reply.end().what, web_news_kind::end);
}

TEST(Reply, ThatFailedIsNoStream) {
  reply_reader reply(7);

  EXPECT_FALSE(reply.begin(
    {.status = 503,
     .type = "text/event-stream",
     .location = "/x",
     .retry_after = "5"}));
  EXPECT_EQ(reply.end().location, "/x");
  EXPECT_TRUE(reply.end().retry_at);
}

TEST(Reply, HasALimit) {
  reply_reader reply(7);
  static_cast<void>(reply.begin({.status = 200}));

  const auto told = reply.take(std::string(body_bytes_max + 1, 'x'));

  ASSERT_THAT(told, SizeIs(1));
  EXPECT_EQ(told[0].fault, web_fault::too_large);
}

TEST(RetryAfter, IsSecondsOrADate) {
  const timestamp now{1'000'000};

  EXPECT_EQ(retry_time("90", now), timestamp{1'090'000});
  EXPECT_EQ(retry_time("Thu, 01 Jan 1970 00:20:00 GMT", now), timestamp{1'200'000});
  EXPECT_FALSE(retry_time("", now));
  EXPECT_FALSE(retry_time("-5", now));
  EXPECT_FALSE(retry_time("99999999999", now));
  EXPECT_FALSE(retry_time("soon", now));
}

} // namespace
} // namespace troupe::a2a
