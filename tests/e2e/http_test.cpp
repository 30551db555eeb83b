#include "tests/e2e/http_door.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace troupe::e2e {
namespace {

using ::testing::HasSubstr;

TEST_F(http, StartsARunAndSeesItEnd) {
  open();
  const auto session = begin();
  EXPECT_EQ(session.size(), 64U);
  EXPECT_EQ(
    post(
      {{"jsonrpc", "2.0"}, {"method", "notifications/initialized"}},
      {{"mcp-session-id", session}})
      .status,
    202);

  const auto started = call(session, 1, "spawn_run", agent({"answer", "4"}));
  const std::string run = started.at("structuredContent").at("run_id");
  const auto waited = call(
    session,
    2,
    "wait_runs",
    {{"run_ids", {run}}, {"until", "terminal"}, {"wait_ms", 20000}});

  EXPECT_EQ(waited.at("structuredContent").at("satisfied"), true) << waited;
}

TEST_F(http, SpeaksTheEraWithoutSessions) {
  open();

  const auto listed = post_modern(modern(1, "tools/list"));
  const auto called = post_modern(
    modern(2, "tools/call", {{"name", "list_runs"}, {"arguments", json::object()}}));
  const auto unknown = post_modern(modern(3, "no/such"));
  const auto mismatch = post(
    modern(4, "tools/list"),
    {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/call"}});

  EXPECT_EQ(listed.status, 200) << listed.body;
  EXPECT_THAT(listed.body, HasSubstr("spawn_run"));
  EXPECT_EQ(listed.field("mcp-session-id"), "");
  EXPECT_EQ(called.status, 200) << called.body;
  EXPECT_EQ(json::parse(called.body).at("result").at("resultType"), "complete");
  EXPECT_EQ(unknown.status, 404) << unknown.body;
  EXPECT_EQ(mismatch.status, 400);
  EXPECT_THAT(mismatch.body, HasSubstr("-32020"));
}

TEST_F(http, RefusesWhoIsNotMeantAndServesAllOthers) {
  open();
  const auto status = [&](http_peer::headers more) {
    return post(initialize(), std::move(more)).status;
  };

  EXPECT_EQ(status({{"host", "evil.example"}}), 403);
  EXPECT_EQ(status({{"origin", "https://evil.example"}}), 403);
  EXPECT_EQ(status({{"authorization", "Bearer wrong"}}), 401);
  EXPECT_EQ(status({{"authorization", ""}}), 401);
  EXPECT_EQ(
    post(message(1, "tools/list"), {{"mcp-session-id", std::string(64, '0')}}).status,
    404);
  EXPECT_EQ(status({{"content-type", "text/plain"}}), 415);
  EXPECT_EQ(status({{"accept", "text/html"}}), 406);
  EXPECT_EQ(status({{"content-length", "4294967296"}}), 413);
  EXPECT_FALSE(begin().empty());
}

TEST_F(http, KeepsItsTokenToItself) {
  open();
  struct stat facts {};
  const auto file = place_.state() + "/token";

  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_EQ(token_.size(), std::string("Bearer ").size() + 64);
  EXPECT_EQ(log().find(token_.substr(7)), std::string::npos);
}

TEST_F(http, IsNotHeldUpByClientsThatAreSlowDeafOrGone) {
  open();
  std::vector<http_peer> crowd;
  for (int i = 0; i < 90; ++i) {
    auto& each = crowd.emplace_back(port_);
    if (i % 3 == 0)
      each.say("POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nx");
    if (i % 3 == 1) {
      each.request("POST", headers({{"content-length", "1000000"}}));
      each.half_close();
    }
  }
  const auto session = begin();
  crowd.emplace_back(port_).request("GET", headers({{"mcp-session-id", session}}));
  EXPECT_EQ(crowd.back().head().status, 200);

  const auto listed = call(session, 1, "list_runs", json::object());

  EXPECT_EQ(listed.at("structuredContent").at("total"), 0);
  auto me = join();
  EXPECT_EQ(me->must("list_runs", json::object()).at("total"), 0);
}

TEST_F(http, RefusesJsonNestedAMillionDeep) {
  open();
  http_peer me(port_);
  me.request("POST", headers(), std::string(1'000'000, '['));

  const auto reply = me.reply();

  EXPECT_EQ(reply.status, 400);
  EXPECT_THAT(reply.body, HasSubstr("-32700"));
}

TEST_F(http, StreamsALongWaitThatCanBeComeBackTo) {
  open();
  const auto session = begin();
  const std::string run =
    call(session, 1, "spawn_run", agent({"wait"})).at("structuredContent").at("run_id");
  const auto wait = message(
    2,
    "tools/call",
    {{"name", "wait_runs"}, {"arguments", {{"run_ids", {run}}, {"wait_ms", 40'000}}}});
  http_peer first(port_);
  first.request("POST", headers({{"mcp-session-id", session}}), print_json(wait));
  EXPECT_EQ(first.head().field("content-type"), "text/event-stream");
  const auto mark = first.event();
  ASSERT_THAT(mark, ::testing::StartsWith("id: ")) << log();
  first.close();
  const auto cancelled = call(session, 3, "cancel_run", {{"run_id", run}});
  EXPECT_FALSE(cancelled.value("isError", false)) << print_json(cancelled);

  http_peer second(port_);
  second.request(
    "GET",
    headers(
      {{"mcp-session-id", session},
       {"last-event-id", mark.substr(4, mark.find('\n') - 4)}}));
  EXPECT_EQ(second.head().status, 200);
  const auto answer = json::parse(second.data());

  EXPECT_EQ(answer.at("id"), 2);
  EXPECT_EQ(answer.at("result").at("structuredContent").at("satisfied"), true);
}

TEST_F(http, IsOpenAgainAtTheSamePlaceAfterTheSupervisorDied) {
  open();
  const auto session = begin();
  const std::string run =
    call(session, 1, "spawn_run", agent({"wait"})).at("structuredContent").at("run_id");
  const auto before = port_;

  kill_supervisor();
  ASSERT_TRUE(eventually([&] {
    return log().find("http open", log().find("http open") + 1) != std::string::npos;
  }));
  learn();

  EXPECT_EQ(port_, before);
  EXPECT_EQ(post(message(2, "ping"), {{"mcp-session-id", session}}).status, 404);
  const auto view = call(begin(), 1, "get_run", {{"run_id", run}});
  EXPECT_EQ(view.at("structuredContent").at("status"), "running");
}

TEST_F(http, LetsARunInAsThatRunAndNoMore) {
  open();
  const auto session = begin();
  const std::string mine =
    call(session, 1, "spawn_run", agent({"wait"})).at("structuredContent").at("run_id");
  const std::string other =
    call(session, 2, "spawn_run", agent({"wait"})).at("structuredContent").at("run_id");
  const auto file = place_.state() + "/runs/" + mine + "/attempts/1/token";
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(file); }));
  std::ifstream reading(file);
  const std::string secret{std::istreambuf_iterator<char>(reading), {}};

  token_ = "Bearer " + secret.substr(0, secret.find('\n'));
  const auto inside = begin();
  const auto refused = call(inside, 1, "cancel_run", {{"run_id", other}});
  token_.back() = token_.back() == 'x' ? 'y' : 'x';
  const auto forged = post(initialize());

  EXPECT_EQ(refused.value("isError", false), true) << refused;
  EXPECT_EQ(post(message(3, "ping"), {{"mcp-session-id", session}}).status, 404);
  EXPECT_THAT(forged.body, HasSubstr("this token is not valid"));
  EXPECT_EQ(forged.field("mcp-session-id"), "");
}

TEST_F(http, IsOpenToAllIfThatIsSaid) {
  open({"--http-no-token"});

  EXPECT_EQ(token_, "");
  EXPECT_FALSE(begin().empty());
  EXPECT_EQ(post(initialize(), {{"host", "evil.example"}}).status, 403);
}

TEST_F(http, WillNotListenWhereOthersReachItUnlessThatIsSaid) {
  auto starting = troupe({"daemon", "--http", "0.0.0.0:0"});

  EXPECT_EQ(starting->exit_code(), 1);
  EXPECT_THAT(log(), HasSubstr("http.remote"));
  auto asking = troupe({"daemon", "url"});
  EXPECT_EQ(asking->exit_code(), 1);
  EXPECT_THAT(asking->err.line().value_or(""), HasSubstr("other machines"));
}

} // namespace
} // namespace troupe::e2e
