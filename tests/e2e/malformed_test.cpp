#include "cli/starter.hpp"
#include "tests/e2e/daemon.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/socket.h>
#include <thread>

namespace troupe::e2e {

namespace {

using clock_type = std::chrono::steady_clock;
using namespace std::chrono_literals;

/// What one client sends must not be felt by another: one keeps calling throughout,
/// and is answered in time.
class malformed : public daemon_test {
protected:
  void SetUp() override {
    steady_.emplace(join());
    watch_ = std::jthread([this](const std::stop_token& over) {
      while (!over.stop_requested()) {
        const auto began = clock_type::now();
        const auto page = (*steady_)->call("list_runs", json::object());
        EXPECT_FALSE(page.failed) << page.text;
        took_.push_back(clock_type::now() - began);
      }
    });
  }

  void TearDown() override {
    watch_.request_stop();
    watch_.join();
    std::ranges::sort(took_);
    ASSERT_FALSE(took_.empty());
    EXPECT_LT(took_[took_.size() * 99 / 100], 250ms);
    steady_.reset();
    daemon_test::TearDown();
  }

  testing::line_end fresh() { return testing::line_end(dial()); }

  testing::line_end greeted() {
    auto link = fresh();
    link.say(hello());
    return link;
  }

  /// Sends as much as it takes; the other end may have hung up.
  static void push(const testing::line_end& to, std::string_view bytes) {
    while (!bytes.empty()) {
      pollfd ready{to.fd(), POLLOUT, 0};
      if (poll(&ready, 1, 10'000) != 1)
        return;
      const auto n =
        send(to.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno != EAGAIN)
        return;
      bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
    }
  }

private:
  std::optional<connection> steady_;
  std::vector<clock_type::duration> took_;
  std::jthread watch_;
};

constexpr std::string_view ping = R"({"jsonrpc":"2.0","id":7,"method":"ping"})";

} // namespace

TEST_F(malformed, WhatIsNoMessageIsAnsweredAndForgotten) {
  auto link = greeted();
  const std::vector<std::string> lines{
    "{\"jsonrpc\":\"2.0\",\"id\":1,",
    std::string(1'000'000, '['),
    std::string("\x00\xff\xfe\x80 binary", 12),
    "\"text\"",
    "17",
    R"({"id":1})",
    R"({"jsonrpc":"2.0","id":null,"method":"ping"})",
    R"({"jsonrpc":"2.0","id":{},"method":"ping"})",
    R"({"jsonrpc":"2.0","id":1,"method":5})",
    R"({"jsonrpc":"2.0","id":1,"method":"no/such"})",
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]})",
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"no_such"}})",
    std::string(5'000'000, 'x')};
  for (const auto& line : lines) {
    link.say_bytes(line + "\n");
    const auto answer = link.message();
    EXPECT_TRUE(answer.contains("error")) << line.substr(0, 80) << print_json(answer);
    EXPECT_FALSE(answer["error"].value("message", "").empty());
  }
  link.say(ping);
  EXPECT_EQ(link.message()["id"], 7);
}

TEST_F(malformed, WrongArgumentsAreNamed) {
  auto me = join_socket();
  const std::vector<std::pair<std::string, json>> calls{
    {"get_run", {{"runid", "r_1"}}},
    {"get_run", {{"run_id", 5}}},
    {"poll_events", {{"run_id", "r_1"}, {"wait_ms", -1}}},
    {"wait_runs", {{"run_ids", "r_1"}}},
    {"spawn_run", {{"backend", "process"}, {"limits", {{"wall", 1}}}}}};
  for (const auto& [tool, arguments] : calls) {
    const auto reply = me->call(tool, arguments);
    EXPECT_TRUE(reply.failed) << tool << reply.text;
    EXPECT_GT(reply.text.size(), 20u) << tool;
  }
  EXPECT_NE(
    me->call("get_run", {{"runid", "r_1"}}).text.find("run_id"), std::string::npos);
}

TEST_F(malformed, WhoDoesNotGreetIsToldHow) {
  const std::vector<std::string> greetings{
    std::string(ping),
    "GET / HTTP/1.1",
    "{}",
    R"({"version":99,"relay":"","cwd":"/","env":{}})",
    R"({"version":"1","relay":"","cwd":"/","env":{}})",
    std::string("\x00\xff\x01", 3),
    std::string(1'000'000, '['),
    std::string(5'000'000, 'x')};
  for (const auto& greeting : greetings) {
    auto link = fresh();
    push(link, greeting + "\n");
    const auto answer = link.message();
    EXPECT_TRUE(answer.contains("error")) << greeting.substr(0, 60);
    const auto why = answer["error"].value("message", "");
    EXPECT_NE(why.find("hello"), std::string::npos) << why;
    EXPECT_TRUE(link.at_end());
  }
}

TEST_F(malformed, WhoDoesNotReadIsLetGo) {
  auto me = join_socket();
  const auto wide = spawn(*me, {"messages", "40", "200000"});
  me->ended({wide});
  const json what{{"run_id", wide}, {"wait_ms", 0}, {"max_bytes", 1048576}};
  const auto answer_bytes = me->call("poll_events", what).bytes;
  ASSERT_GT(answer_bytes, 10'000u);
  constexpr std::size_t unsent_bytes_max = 16 * 1024 * 1024;
  auto deaf = join_socket();
  for (int i = 0; static_cast<std::size_t>(i) * answer_bytes < 2 * unsent_bytes_max;
       ++i) {
    const json call{{"name", "poll_events"}, {"arguments", what}};
    push(deaf.line(), print_json(testing::request(100 + i, "tools/call", call)) + "\n");
  }
  pollfd hung_up{deaf.line().fd(), POLLRDHUP, 0};
  EXPECT_EQ(poll(&hung_up, 1, 20'000), 1) << "it is still there, deaf as it is";
  auto again = join_socket();
  EXPECT_EQ(again->must("list_runs", json::object())["total"], 1);
}

TEST_F(malformed, TooManyClientsAreTurnedAwayWithAWord) {
  std::vector<testing::line_end> crowd;
  int told = 0;
  for (int i = 0; i < 600; ++i) {
    auto link = cli::connect_to(place_.socket());
    if (!link) {
      EXPECT_TRUE(eventually([&] {
        link = cli::connect_to(place_.socket());
        return link.has_value();
      }))
        << link.error().message;
    }
    crowd.emplace_back(std::move(*link));
  }
  for (auto& link : crowd) {
    pollfd ready{link.fd(), POLLIN, 0};
    if (&link - crowd.data() < 500)
      continue;
    if (poll(&ready, 1, 2000) == 1) {
      const auto line = link.line();
      told += line && line->find("client") != std::string::npos ? 1 : 0;
    }
  }
  EXPECT_GE(told, 80);
  crowd.clear();
  EXPECT_TRUE(eventually([&] {
    auto link = greeted();
    push(link, std::string(ping) + "\n");
    const auto line = link.line();
    return line && line->find("\"id\":7") != std::string::npos;
  }));
}

} // namespace troupe::e2e
