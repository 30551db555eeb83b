#include "tests/e2e/daemon.hpp"
#include "tests/support/http_peer.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

namespace troupe::e2e {
namespace {

using test::http_peer;
using test::http_reply;
using ::testing::HasSubstr;

json message(int id, const std::string& method, json params = json::object()) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

json initialize() {
  return message(
    0,
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}});
}

json modern(int id, const std::string& method, json params = json::object()) {
  params["_meta"] = {
    {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
    {"io.modelcontextprotocol/clientCapabilities", json::object()}};
  return message(id, method, std::move(params));
}

/// A daemon with a door for HTTP, and what a client must say to come in.
class http : public daemon_test {
protected:
  void open(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"daemon", "--http", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    auto starting = troupe(std::move(all));
    ASSERT_EQ(starting->exit_code(), 0) << log();
    learn();
  }

  void learn() {
    auto asking = troupe({"daemon", "url", "--json"});
    ASSERT_EQ(asking->exit_code(), 0) << log();
    const auto access = asking->out.message();
    const std::string url = access.at("url");
    const auto colon = url.rfind(':');
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
    token_ = access.value("authorization", "");
  }

  [[nodiscard]] http_peer::headers headers(http_peer::headers more = {}) const {
    http_peer::headers all{
      {"host", "127.0.0.1:" + std::to_string(port_)},
      {"content-type", "application/json"},
      {"accept", "application/json, text/event-stream"}};
    if (!token_.empty())
      all["authorization"] = token_;
    for (auto& [name, value] : more)
      all[name] = value;
    return all;
  }

  [[nodiscard]] http_reply post(const json& body, http_peer::headers more = {}) const {
    http_peer me(port_);
    me.request("POST", headers(std::move(more)), print_json(body));
    return me.reply();
  }

  [[nodiscard]] http_reply post_modern(const json& body) const {
    http_peer::headers more{
      {"mcp-protocol-version", "2026-07-28"}, {"mcp-method", body.at("method")}};
    if (body.at("params").contains("name"))
      more["mcp-name"] = body.at("params").at("name");
    return post(body, std::move(more));
  }

  /// Begins a session; its id.
  [[nodiscard]] std::string begin() const {
    const auto reply = post(initialize());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.field("mcp-session-id");
  }

  [[nodiscard]] json call(
    const std::string& session, int id, const std::string& tool, json arguments) const {
    const auto reply = post(
      message(id, "tools/call", {{"name", tool}, {"arguments", std::move(arguments)}}),
      {{"mcp-session-id", session}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    auto text = reply.body;
    if (const auto data = text.rfind("data: "); data != std::string::npos)
      text = text.substr(data + 6);
    return json::parse(text).at("result");
  }

  std::uint16_t port_ = 0;
  std::string token_;
};

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

/// Posts a call as a person would, with the token of the door; prints the answer.
constexpr const char* post_script = R"(
exec 3<>/dev/tcp/127.0.0.1/$1
printf 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n' "$1" >&3
printf 'Content-Type: application/json\r\n' >&3
printf 'Accept: application/json, text/event-stream\r\nConnection: close\r\n' >&3
printf 'Authorization: Bearer %s\r\nMcp-Name: %s\r\n' "$(cat "$2")" "$3" >&3
printf 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n' >&3
printf 'Content-Length: %d\r\n\r\n%s' "${#4}" "$4" >&3
cat <&3
)";

/// Agents that have read the token.
class http_inside : public http, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  /// What a call is answered that an agent makes in a person's name, itself or from a
  /// double fork.
  std::string said_to_an_agent(
    client& by, const std::string& tool, const json& arguments, bool away) {
    std::vector<std::string> command{agent_program(), "stray"};
    if (away)
      command.emplace_back("--away");
    const auto body =
      modern(1, "tools/call", {{"name", tool}, {"arguments", arguments}});
    command.insert(
      command.end(),
      {"/bin/bash",
       "-c",
       post_script,
       "post",
       std::to_string(port_),
       place_.state() + "/token",
       tool,
       print_json(body)});
    auto request = agent({});
    request["backend_config"] = {{"command", command}, {"stdin", "none"}};
    const auto run = by.must("spawn_run", request).value("run_id", "");
    by.ended({run});
    std::string said;
    for (const auto& line : transcript(run, 1))
      said += line + "\n";
    return said;
  }
};

TEST_P(http_inside, AnAgentWithTheTokenIsStillThatRun) {
  open();
  auto me = join();
  const auto asker = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(asker, "input_required").is_null());
  const json allow{{"run_id", asker}, {"input_message", "allow"}};

  for (const bool away : {false, true}) {
    const auto listed = said_to_an_agent(*me, "list_runs", json::object(), away);
    EXPECT_THAT(listed, HasSubstr(R"("total":0)")) << log();
    const auto answered = said_to_an_agent(*me, "continue_run", allow, away);
    EXPECT_THAT(answered, HasSubstr(R"("isError":true)"));
    EXPECT_EQ(me->must("get_run", {{"run_id", asker}})["pending"].size(), 1U);
  }

  const auto by_person = post_modern(
    modern(1, "tools/call", {{"name", "continue_run"}, {"arguments", allow}}));
  EXPECT_EQ(by_person.body.find(R"("isError":true)"), std::string::npos)
    << by_person.body;
  EXPECT_TRUE(me->must("get_run", {{"run_id", asker}})["pending"].empty());
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  http_inside,
  ::testing::Values(tier::cgroup, tier::subtree, tier::other_user),
  tier_name);

} // namespace
} // namespace troupe::e2e
