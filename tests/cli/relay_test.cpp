#include "protocol/jsonrpc.hpp"
#include "tests/cli/fake_daemon.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <poll.h>
#include <set>
#include <sys/socket.h>

namespace troupe {

namespace {

using namespace testing;

class relay : public ::testing::Test {
protected:
  relay() { daemon_ = std::make_unique<fake_daemon>(place_.socket()); }

  /// As inside a run, so that none of these starts a daemon.
  std::unique_ptr<program> start(std::vector<std::string> more = {}) {
    std::vector<std::string> argv{
      troupe_program(), "mcp", "--state-dir", place_.state()};
    argv.insert(argv.end(), more.begin(), more.end());
    return std::make_unique<program>(argv, environment_);
  }

  /// A relay whose client is initialized, and the daemon's end of it.
  line_end initialized(program& client) {
    auto link = daemon_->greeted();
    client.in.say(request(1, "initialize", {{"protocolVersion", "2025-11-25"}}));
    link.say(answer(link.message()["id"], {{"serverInfo", {{"name", "troupe"}}}}));
    EXPECT_EQ(client.out.message()["id"], 1);
    client.in.say(jsonrpc::notification("notifications/initialized", json::object()));
    EXPECT_EQ(link.message()["method"], "notifications/initialized");
    return link;
  }

  void restart_daemon() {
    daemon_.reset();
    daemon_ = std::make_unique<fake_daemon>(place_.socket());
  }

  meeting_place place_;
  std::unique_ptr<fake_daemon> daemon_;
  std::vector<std::string> environment_{
    "PATH=/usr/bin:/bin",
    "TROUPE_RUN_ID=r_test",
    "XDG_RUNTIME_DIR=" + place_.path().string(),
    "LETTER=a\"b\\c"};
};

} // namespace

TEST_F(relay, GreetsWithNameDirectoryAndEnvironment) {
  auto client = start({"--toolsets", "runs,tasks"});
  auto link = daemon_->greeted();
  const auto& hello = daemon_->greeting();
  EXPECT_EQ(hello["version"], 1);
  EXPECT_EQ(hello["relay"].get<std::string>().size(), 36u);
  EXPECT_EQ(hello["cwd"], std::filesystem::current_path().string());
  EXPECT_EQ(hello["env"]["LETTER"], "a\"b\\c");
  EXPECT_EQ(hello["toolsets"], "runs,tasks");
  EXPECT_FALSE(hello.contains("token"));
}

TEST_F(relay, SendsTheTokenOfItsRun) {
  const auto file = place_.path() / "token";
  std::ofstream(file) << "secret\n";
  environment_.push_back("TROUPE_TOKEN_FILE=" + file.string());
  auto client = start();
  auto link = daemon_->greeted();
  EXPECT_EQ(daemon_->greeting()["token"], "secret");
}

TEST_F(relay, PassesLinesUnchangedBothWays) {
  auto client = start();
  auto link = daemon_->greeted();
  const std::vector<std::string> lines{
    R"(  {"jsonrpc" : "2.0", "method":"x" , "params":{"é":"\u00e9"}}  )",
    "not JSON at all \x01\xff",
    "[1,2]",
    "",
    "{\"jsonrpc\":\"2.0\",\"method\":\"dos\"}\r"};
  for (const auto& line : lines) {
    client->in.say(std::string_view(line));
    EXPECT_EQ(link.line(), line);
    link.say(std::string_view(line));
    EXPECT_EQ(client->out.line(), line);
  }
}

TEST_F(relay, PassesLinesOfAMegabyte) {
  auto client = start();
  auto link = daemon_->greeted();
  const auto big = print_json(
    request(7, "tools/call", {{"text", std::string(1024 * 1024, 'x') + "\n\"é"}}));
  const auto reply = print_json(answer(7, {{"text", std::string(3 << 20, 'y')}}));
  client->in.say(std::string_view(big));
  EXPECT_TRUE(link.line() == big);
  link.say(std::string_view(reply));
  EXPECT_TRUE(client->out.line() == reply);
}

TEST_F(relay, RefusesALineBeyondItsBoundAndGoesOn) {
  auto client = start();
  auto link = daemon_->greeted();
  client->in.say(std::string_view(std::string(9 << 20, 'x')));
  const auto refusal = client->out.message();
  EXPECT_EQ(refusal["error"]["code"], jsonrpc::invalid_request);
  client->in.say(request(2, "ping"));
  EXPECT_EQ(link.message()["id"], 2);
}

TEST_F(relay, DeliversAnswersDueAfterStdinHasEnded) {
  auto client = start();
  auto link = daemon_->greeted();
  client->in.say(request(5, "tools/call"));
  client->in.end();
  EXPECT_EQ(link.message()["id"], 5);
  EXPECT_TRUE(link.at_end()) << "the daemon is told that the client has ended";
  link.say(answer(5));
  EXPECT_EQ(client->out.message()["id"], 5);
  link.end();
  EXPECT_EQ(client->exit_code(), 0);
}

TEST_F(relay, PassesALastLineWithoutANewline) {
  auto client = start();
  auto link = daemon_->greeted();
  client->in.say_bytes(print_json(request(6, "ping")));
  client->in.end();
  EXPECT_EQ(link.message()["id"], 6);
}

TEST_F(relay, EndsWithItsClientThoughTheDaemonLingers) {
  auto client = start();
  auto link = daemon_->greeted();
  client->in.end();
  EXPECT_EQ(client->exit_code(), 0);
}

TEST_F(relay, EndsAtOnceOnASignal) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    auto client = start();
    auto link = daemon_->greeted();
    client->in.say(request(1, "tools/call"));
    EXPECT_EQ(link.message()["id"], 1);
    client->signal(number);
    EXPECT_EQ(client->exit_code(), 0);
    EXPECT_TRUE(link.at_end());
  }
}

TEST_F(relay, EndsWhenNobodyReadsItsOutput) {
  auto client = start();
  auto link = daemon_->greeted();
  client->out.end();
  EXPECT_EQ(client->exit_code(), 0);
}

TEST_F(relay, OpensTheConversationAnewWithARestartedDaemon) {
  auto client = start();
  auto link = initialized(*client);
  const auto name = daemon_->greeting()["relay"];
  client->in.say(request(2, "logging/setLevel", {{"level", "debug"}}));
  link.say(answer(link.message()["id"]));
  EXPECT_EQ(client->out.message()["id"], 2);
  client->in.say(request(3, "resources/subscribe", {{"uri", "run://r_1"}}));
  link.say(answer(link.message()["id"]));
  EXPECT_EQ(client->out.message()["id"], 3);
  const std::string call = R"({"id":"c","jsonrpc":"2.0","method":"tools/call" })";
  client->in.say(std::string_view(call));
  EXPECT_EQ(link.line(), call);

  link.say_bytes(R"({"jsonrpc":"2.0","id":"c","resu)");
  link.end();
  restart_daemon();
  link = daemon_->greeted();

  EXPECT_EQ(daemon_->greeting()["relay"], name);
  const auto initialize = link.message();
  EXPECT_EQ(initialize["method"], "initialize");
  EXPECT_EQ(initialize["params"]["protocolVersion"], "2025-11-25");
  link.say(answer(initialize["id"], {{"swallowed", true}}));
  EXPECT_EQ(link.message()["method"], "notifications/initialized");
  const auto level = link.message();
  EXPECT_EQ(level["params"]["level"], "debug");
  link.say(answer(level["id"]));
  const auto subscription = link.message();
  EXPECT_EQ(subscription["params"]["uri"], "run://r_1");
  link.say(answer(subscription["id"]));
  EXPECT_EQ(link.line(), call) << "the unanswered call, as it was";
  link.say(answer("c", {{"done", 1}}));
  const auto seen = client->out.message();
  EXPECT_EQ(seen["id"], "c") << "nothing repeated reaches the client";
  EXPECT_EQ(seen["result"]["done"], 1);
}

TEST_F(relay, DoesNotRepeatWhatWasAnsweredOrCancelled) {
  auto client = start();
  auto link = initialized(*client);
  client->in.say(request(2, "tools/call"));
  client->in.say(request(3, "tools/call"));
  client->in.say(jsonrpc::notification("notifications/cancelled", {{"requestId", 3}}));
  EXPECT_EQ(link.message()["id"], 2);
  link.say(answer(2));
  EXPECT_EQ(client->out.message()["id"], 2);
  EXPECT_EQ(link.message()["id"], 3);
  EXPECT_EQ(link.message()["method"], "notifications/cancelled");

  link.end();
  restart_daemon();
  link = daemon_->greeted();

  link.say(answer(link.message()["id"]));
  EXPECT_EQ(link.message()["method"], "notifications/initialized");
  client->in.say(request(4, "ping"));
  EXPECT_EQ(link.message()["id"], 4);
}

TEST_F(relay, TakesAnotherNameWhenItsClientInitializesAgain) {
  auto client = start();
  auto before = initialized(*client);
  const auto name = daemon_->greeting()["relay"];
  client->in.say(request(2, "tools/call"));
  EXPECT_EQ(before.message()["id"], 2);

  client->in.say(request(1, "initialize", {{"protocolVersion", "2025-06-18"}}));
  EXPECT_TRUE(before.at_end()) << "the old conversation is over";
  auto link = daemon_->greeted();
  const auto another = daemon_->greeting()["relay"];
  EXPECT_NE(another, name);
  EXPECT_EQ(another.get<std::string>().size(), 36u);
  const auto initialize = link.message();
  EXPECT_EQ(initialize["id"], 1);
  EXPECT_EQ(initialize["params"]["protocolVersion"], "2025-06-18");
  link.say(answer(1));
  EXPECT_EQ(client->out.message()["id"], 1);
  client->in.say(request(2, "tools/call", {{"of", "the new one"}}));
  EXPECT_EQ(link.message()["params"]["of"], "the new one");

  link.end();
  restart_daemon();
  link = daemon_->greeted();
  EXPECT_EQ(daemon_->greeting()["relay"], another) << "the same conversation";
  const auto repeated = link.message();
  EXPECT_EQ(repeated["params"]["protocolVersion"], "2025-06-18");
  link.say(answer(repeated["id"]));
  EXPECT_EQ(link.message()["params"]["of"], "the new one") << "nothing of the old";
}

TEST_F(relay, LosesNothingThatFollowsAnotherInitialize) {
  auto client = start();
  auto before = initialized(*client);
  std::string all;
  for (const auto& each :
       {request(2, "tools/call"), request(1, "initialize"), request(2, "tools/list")})
    all += print_json(each) + '\n';
  client->in.say_bytes(all);
  EXPECT_EQ(before.message()["method"], "tools/call") << "told before, so passed on";
  auto link = daemon_->greeted();
  EXPECT_EQ(link.message()["method"], "initialize");
  EXPECT_EQ(link.message()["method"], "tools/list");
}

TEST_F(relay, AnswersWithAnErrorInsideARunWithoutADaemon) {
  daemon_.reset();
  auto client = start();
  client->in.say(request(1, "initialize"));
  const auto first = client->out.message();
  EXPECT_EQ(first["id"], 1);
  EXPECT_EQ(first["error"]["code"], jsonrpc::internal_error);
  EXPECT_NE(
    first["error"]["message"].get<std::string>().find(
      "may neither start nor stop a daemon"),
    std::string::npos);
  client->in.say(request(2, "tools/list"));
  EXPECT_EQ(client->out.message()["id"], 2);
  client->in.end();
  EXPECT_EQ(client->exit_code(), 4);
  EXPECT_FALSE(std::filesystem::exists(place_.path() / "state" / "start.lock"));
}

TEST_F(relay, FindsADaemonThatComesLater) {
  daemon_.reset();
  auto client = start();
  client->in.say(request(1, "initialize"));
  EXPECT_TRUE(client->out.message().contains("error"));
  restart_daemon();
  client->in.say(request(2, "initialize"));
  auto link = daemon_->greeted();
  const auto initialize = link.message();
  EXPECT_EQ(initialize["id"], 2);
  link.say(answer(2));
  EXPECT_EQ(client->out.message()["id"], 2);
}

TEST_F(relay, LosesNoLineThatComesWhileThereIsNoDaemon) {
  auto client = start();
  auto link = initialized(*client);
  daemon_.reset();
  link.end();
  client->in.say(
    std::string_view("[{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}]"));
  client->in.say(request(3, "ping"));
  client->in.say(jsonrpc::notification("notifications/progress", {{"progress", 1}}));
  restart_daemon();
  link = daemon_->greeted();
  link.say(answer(link.message()["id"]));
  EXPECT_EQ(link.message()["method"], "notifications/initialized");
  std::set<std::string> seen{
    link.line().value_or(""), link.line().value_or(""), link.line().value_or("")};
  EXPECT_TRUE(seen.contains(R"([{"jsonrpc":"2.0","id":2,"method":"ping"}])"));
  EXPECT_TRUE(seen.contains(print_json(request(3, "ping"))));
  EXPECT_EQ(seen.size(), 3u) << "and the notification";
}

TEST_F(relay, StopsReadingTheDaemonWhileItsClientDoesNotRead) {
  auto client = start();
  auto link = daemon_->greeted();
  const auto line = print_json(jsonrpc::notification(
    "notifications/message", {{"data", std::string(65536, 'z')}}));
  const int bytes_max = 64 << 20;
  int sent = 0;
  pollfd room{link.fd(), POLLOUT, 0};
  while (sent < bytes_max && poll(&room, 1, 500) == 1) {
    const auto n = send(
      link.fd(), (line + '\n').data(), line.size() + 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < static_cast<ssize_t>(line.size() + 1))
      break;
    sent += static_cast<int>(n);
  }
  EXPECT_LT(sent, 8 << 20) << "it takes what fits its bounds and no more";
  EXPECT_EQ(client->out.line(), line) << "and delivers it once it is read";
}

TEST_F(relay, StopsReadingItsClientWhileTheDaemonDoesNotRead) {
  auto client = start();
  auto link = daemon_->greeted();
  const auto line =
    print_json(request(1, "tools/call", {{"text", std::string(4000, 'z')}}));
  pollfd room{client->in.fd(), POLLOUT, 0};
  int lines = 0;
  while (lines < 10'000 && poll(&room, 1, 500) == 1) {
    client->in.say(std::string_view(line));
    ++lines;
  }
  EXPECT_LT(lines, 2'000);
  for (int i = 0; i < lines; ++i)
    ASSERT_EQ(link.line(), line);
}

} // namespace troupe
