#include "io/http_door.hpp"

#include "inbox.hpp"
#include "io/http_listener.hpp"
#include "tests/support/http_peer.hpp"

#include <gmock/gmock.h>

#include <dirent.h>

namespace troupe::io {
namespace {

using test::http_peer;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::size_t threads_now() {
  std::size_t count = 0;
  DIR* all = opendir("/proc/self/task");
  while (readdir(all) != nullptr)
    ++count;
  closedir(all);
  return count;
}

struct asked_for {
  exchange_id by = 0;
  http_request request;
};

/// A door for whom a test speaks; what is not let in has the target /no.
class http_house_test : public ::testing::Test {
protected:
  http_house_test() {
    limits.look = 20ms;
    on.start();
  }

  std::uint16_t open() {
    auto listener = listen_at(http_address{"127.0.0.1", 0});
    const auto port = address_of(listener->get()).port;
    door.emplace(
      on,
      listener->release(),
      limits,
      nullptr,
      http_events{
        .admit = [](const http_head& head) -> std::optional<http_answer> {
          if (head.target == "/no")
            return http_answer{.status = 403, .fields = {}, .body = "no"};
          return {};
        },
        .asked =
          [this](exchange_id by, http_request what) {
            asked.put({by, std::move(what)});
          },
        .left = [this](exchange_id which) { left.put(which); }});
    return port;
  }

  std::size_t connections() {
    std::size_t count = 0;
    on.perform([&] { count = door->connections(); });
    return count;
  }

  void await_connections(std::size_t count) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (connections() != count && std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
    EXPECT_EQ(connections(), count);
  }

  http_limits limits;
  loop on;
  inbox<asked_for> asked;
  inbox<exchange_id> left;
  std::optional<http_door> door;
};

const std::map<std::string, std::string> local{{"host", "localhost"}};

TEST_F(http_house_test, AnswersOneRequestAfterAnotherOnAConnection) {
  http_peer me(open());
  for (const std::string text : {"first", "second"}) {
    me.request("POST", local, text);
    const auto got = asked.next();
    door->answer(
      got.by,
      {.status = 200, .fields = {{"x-a", "b"}}, .body = got.request.body + "!"});

    const auto reply = me.reply();

    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.field("x-a"), "b");
    EXPECT_EQ(reply.body, text + "!");
  }
  EXPECT_EQ(connections(), 1U);
}

TEST_F(http_house_test, TellsNamesInLowerCaseAndValuesAsTheyAre) {
  http_peer me(open());
  me.request("GET", {{"Host", "localhost"}, {"X-Some", "  Value "}}, {}, "/mcp?a=b");

  const auto got = asked.next().request;

  EXPECT_EQ(got.head.method, "GET");
  EXPECT_EQ(got.head.target, "/mcp?a=b");
  EXPECT_EQ(*find_field(got.head.fields, "x-some"), "Value");
}

TEST_F(http_house_test, TakesABodyInChunks) {
  http_peer me(open());
  me.request("POST", {{"host", "localhost"}, {"transfer-encoding", "chunked"}});
  me.say("3\r\nabc\r\n");
  me.say("2\r\nde\r\n0\r\n\r\n");

  EXPECT_EQ(asked.next().request.body, "abcde");
}

TEST_F(http_house_test, ReadsTheNextRequestOnlyAfterTheAnswer) {
  http_peer me(open());
  me.request("POST", local, "one");
  me.request("POST", local, "two");
  const auto first = asked.next();
  EXPECT_TRUE(asked.take_all().empty());

  door->answer(first.by, {});

  EXPECT_EQ(asked.next().request.body, "two");
}

TEST_F(http_house_test, RefusesByTheHeadBeforeTheBodyIsRead) {
  http_peer me(open());
  me.request("POST", {{"host", "a"}, {"content-length", "1000000"}}, {}, "/no");

  const auto reply = me.reply();

  EXPECT_EQ(reply.status, 403);
  EXPECT_EQ(reply.field("connection"), "close");
  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, RefusesABodyOfFourGigabytesAtOnce) {
  http_peer me(open());
  me.request("POST", {{"host", "a"}, {"content-length", "4294967296"}});

  const auto reply = me.reply();

  EXPECT_EQ(reply.status, 413);
  EXPECT_THAT(reply.body, HasSubstr("4194304 bytes"));
  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, CutsABodyThatNeverSaysHowLongItIs) {
  limits.body_bytes_max = 100'000;
  http_peer me(open());
  me.request("POST", {{"host", "a"}, {"transfer-encoding", "chunked"}});
  const auto chunk = "4000\r\n" + std::string(0x4000, 'x') + "\r\n";
  for (int i = 0; i < 10; ++i)
    me.say(chunk);

  EXPECT_EQ(me.reply().status, 413);
}

TEST_F(http_house_test, RefusesALongHead) {
  http_peer me(open());
  me.request("GET", {{"host", "a"}, {"x-long", std::string(40'000, 'x')}});

  EXPECT_EQ(me.reply().status, 431);
}

TEST_F(http_house_test, RefusesWhatIsNoHttp) {
  const auto port = open();
  for (const auto* text :
       {"hello\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /mcp HTTP/1.1\r\nbad header\r\n\r\n",
        "POST /mcp HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
        "POST /mcp HTTP/1.1\r\ncontent-length: 3\r\ntransfer-encoding: "
        "chunked\r\n\r\n0\r\n\r\n"}) {
    http_peer me(port);
    me.say(text);

    EXPECT_EQ(me.reply().status, 400) << text;
  }
  EXPECT_TRUE(asked.take_all().empty());
}

TEST_F(http_house_test, CutsOffAHeadThatComesByteByByte) {
  limits.head_within = 200ms;
  limits.head_bytes_max = 16 * 1024 * 1024;
  http_peer me(open());
  me.say("POST /mcp HTTP/1.1\r\nhost: a\r\nx: ");
  while (me.say("x") && connections() == 1 && !me.has_something())
    std::this_thread::yield();

  EXPECT_EQ(me.reply().status, 408);
  await_connections(0);
}

TEST_F(http_house_test, CutsOffABodyThatDoesNotCome) {
  limits.body_within = 50ms;
  http_peer me(open());
  me.request("POST", {{"host", "a"}, {"content-length", "10"}});

  EXPECT_EQ(me.reply().status, 408);
}

TEST_F(http_house_test, ClosesAConnectionThatSaysNothing) {
  limits.head_within = 50ms;
  http_peer me(open());

  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, ClosesAConnectionThatIsIdleForLong) {
  limits.idle = 50ms;
  http_peer me(open());
  me.request("POST", local, "x");
  door->answer(asked.next().by, {});
  me.reply();

  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, SaysToGoOnToWhoAsksFirst) {
  http_peer me(open());
  me.request(
    "POST", {{"host", "a"}, {"content-length", "2"}, {"expect", "100-continue"}});
  EXPECT_EQ(me.head().status, 100);
  me.say("ok");

  EXPECT_EQ(asked.next().request.body, "ok");
}

TEST_F(http_house_test, TellsWhoHungUpBeforeTheAnswer) {
  http_peer me(open());
  me.request("POST", local, "x");
  const auto got = asked.next();

  me.close();

  EXPECT_EQ(left.next(), got.by);
  door->answer(got.by, {});
  await_connections(0);
}

TEST_F(http_house_test, TakesAHalfClosedConnectionForOneThatHungUp) {
  http_peer me(open());
  me.request("POST", local, "x");
  const auto got = asked.next();

  me.half_close();

  EXPECT_EQ(left.next(), got.by);
  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, StreamsEventsAsTheyComeAndEndsWhole) {
  http_peer me(open());
  me.request("GET", local);
  const auto got = asked.next();
  door->open(got.by, {{"x-a", "b"}});
  door->stream(got.by, "data: 1\n\n");

  const auto head = me.head();
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.field("content-type"), "text/event-stream");
  EXPECT_EQ(head.field("x-a"), "b");
  EXPECT_EQ(me.event(), "data: 1\n\n");
  door->stream(got.by, "data: 2\n\n");
  EXPECT_EQ(me.event(), "data: 2\n\n");
  door->end(got.by);
  EXPECT_EQ(me.event(), "");
  EXPECT_TRUE(me.ended_whole());
  EXPECT_TRUE(me.is_closed());
}

TEST_F(http_house_test, KeepsASilentStreamAliveByComments) {
  limits.keep_alive = 30ms;
  http_peer me(open());
  me.request("GET", local);
  const auto got = asked.next();
  door->open(got.by, {});
  me.head();

  while (me.comments() < 2)
    ASSERT_TRUE(me.read_comment());
}

TEST_F(http_house_test, CutsOffWhoDoesNotReadAndNobodyElse) {
  limits.unsent_bytes_max = 1024 * 1024;
  const auto port = open();
  http_peer deaf(port);
  http_peer other(port);
  deaf.read_little();
  deaf.request("GET", local);
  const auto storm = asked.next();
  other.request("GET", local);
  const auto calm = asked.next();
  door->open(storm.by, {});
  door->open(calm.by, {});

  for (int i = 0; i < 200; ++i)
    door->stream(storm.by, "data: " + std::string(64 * 1024, 'x') + "\n\n");

  EXPECT_EQ(left.next(), storm.by);
  door->stream(calm.by, "data: still here\n\n");
  other.head();
  EXPECT_EQ(other.event(), "data: still here\n\n");
  await_connections(1);
}

TEST_F(http_house_test, CutsOffWhoTakesNothingOfALittle) {
  limits.write_within = 100ms;
  http_peer deaf(open());
  deaf.read_little();
  deaf.request("GET", local);
  const auto got = asked.next();
  door->open(got.by, {});

  door->stream(got.by, "data: " + std::string(8 * 1024 * 1024, 'x') + "\n\n");

  EXPECT_EQ(left.next(), got.by);
}

TEST_F(http_house_test, TurnsAwayOneConnectionTooMany) {
  limits.connections_max = 2;
  const auto port = open();
  http_peer first(port);
  http_peer second(port);
  await_connections(2);
  http_peer third(port);

  EXPECT_EQ(third.reply().status, 503);
  EXPECT_TRUE(third.is_closed());
  first.request("POST", local, "x");
  EXPECT_EQ(asked.next().request.body, "x");
}

TEST_F(http_house_test, CostsNoThreadForAThousandStreams) {
  constexpr int streams = 1000;
  const auto port = open();
  const auto before = threads_now();
  std::vector<http_peer> all;
  all.reserve(streams);
  for (int i = 0; i < streams; ++i) {
    all.emplace_back(port);
    all.back().request("GET", local);
    door->open(asked.next().by, {});
  }
  for (auto& each : all)
    EXPECT_EQ(each.head().status, 200);

  EXPECT_EQ(threads_now(), before);
  EXPECT_EQ(connections(), static_cast<std::size_t>(streams));
}

TEST_F(http_house_test, EndsWithConnectionsOpen) {
  http_peer me(open());
  me.request("GET", local);
  door->open(asked.next().by, {});
  me.head();

  door.reset();

  EXPECT_TRUE(me.is_closed());
  EXPECT_TRUE(left.take_all().empty());
}

TEST(HttpListener, SaysWhyItCannotListen) {
  const auto one = listen_at(http_address{"127.0.0.1", 0});
  ASSERT_TRUE(one);

  const auto two = listen_at(address_of(one->get()));

  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("Address already in use"));
}

} // namespace
} // namespace troupe::io
