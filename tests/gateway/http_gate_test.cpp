#include "gateway/http_gate.hpp"

#include "tests/gateway/door.hpp"

namespace troupe::test {
namespace {

using ::testing::HasSubstr;

/// What was said to exchanges.
class fake_exchanges : public http_room {
public:
  std::map<exchange_id, http_answer> answered;
  std::map<exchange_id, std::string> streamed;
  std::set<exchange_id> ended;

  void answer(exchange_id to, http_answer what) override {
    answered.emplace(to, std::move(what));
  }
  void open(exchange_id to, http_fields) override { streamed[to]; }
  void stream(exchange_id to, std::string events) override { streamed[to] += events; }
  void end(exchange_id to) override { ended.insert(to); }
};

/// A gateway whose clients come by HTTP.
class HttpGate : public door_world {
protected:
  HttpGate()
    : http(spawn(
        mcp::http_gate,
        mcp::http_gate_setup{
          .outside = &outside,
          .exchanges = &exchanges,
          .gateway = gate,
          .rules = {.token = "secret"},
          .env = {{"PATH", "/bin"}}})) {}

  void post(exchange_id by, std::string body, http_fields fields = {}) {
    http_asked what;
    what.by = by;
    what.request.ends = ends;
    what.request.head = {
      .method = "POST", .target = "/mcp", .fields = std::move(fields)};
    what.request.body = std::move(body);
    caf::anon_send(http, std::move(what));
    settle();
    carry();
  }

  void post_modern(
    exchange_id by,
    const std::string& method = "tools/list",
    const std::string& params = {}) {
    http_fields fields{{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", method}};
    if (method == "tools/call")
      fields.emplace_back("mcp-name", "list_runs");
    post(
      by,
      R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + params +
        R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
        R"("io.modelcontextprotocol/clientCapabilities":{}}}})",
      std::move(fields));
  }

  static tcp_ends ends_of_connection(std::uint64_t number) {
    return {.connection = number, .near = {}, .far = {}, .near_port = 1, .far_port = 2};
  }

  /// What the room would do: pass what sessions say on to the gate.
  void carry() {
    for (auto& [who, lines] : outside.said)
      for (std::size_t i = 0; i < lines.size(); ++i) {
        client_told told;
        told.client = who;
        told.line = lines[i];
        told.about = outside.said_about[who][i];
        caf::anon_send(http, std::move(told));
      }
    outside.said.clear();
    outside.said_about.clear();
    settle();
  }

  static constexpr const char* hello =
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{)"
    R"("protocolVersion":"2025-11-25","capabilities":{}}})";

  fake_exchanges exchanges;
  std::optional<tcp_ends> ends;
  http_gate_actor http;
};

TEST_F(HttpGate, ASessionIsAClientOfTheGateway) {
  post(1, hello);
  ASSERT_TRUE(exchanges.answered.contains(1));
  const auto* session = find_field(exchanges.answered[1].fields, "mcp-session-id");
  ASSERT_NE(session, nullptr);

  post(
    2,
    R"({"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"list_runs"}})",
    {{"mcp-session-id", *session}});

  EXPECT_EQ(exchanges.answered[2].status, 200);
  EXPECT_THAT(exchanges.answered[2].body, HasSubstr(R"("id":"x")"));
  ASSERT_EQ(script.listed.size(), 1U);
  EXPECT_EQ(script.listed[0].who->env.at("PATH"), "/bin");
  EXPECT_EQ(script.listed[0].who->run_id, std::nullopt);
}

TEST_F(HttpGate, WhoComesWithoutTheTokenOfARunIsAPersonAndNotAskedFor) {
  script.hold_identities = true;

  post(1, hello);

  EXPECT_EQ(exchanges.answered[1].status, 200);
  EXPECT_TRUE(script.identified.empty());
}

TEST_F(HttpGate, WhoComesWithTheTokenOfARunIsAskedFor) {
  const std::string token = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV.1.abcdef";
  script.refusal = error{errc::refused, "this token is not valid"};

  post(1, hello, {{"authorization", "Bearer " + token}});

  EXPECT_EQ(script.identified.back().token, token);
  EXPECT_THAT(exchanges.answered[1].body, HasSubstr("this token is not valid"));
  EXPECT_EQ(find_field(exchanges.answered[1].fields, "mcp-session-id"), nullptr);
}

TEST_F(HttpGate, WhoseProcessItIsIsAskedByTheEndsOfItsConnection) {
  ends = ends_of_connection(7);
  script.refusal = error{errc::refused, "this process is of a run that has ended"};

  post(1, hello);

  ASSERT_TRUE(script.identified.back().ends);
  EXPECT_EQ(script.identified.back().ends->connection, 7U);
  EXPECT_EQ(script.identified.back().pid, 0);
  EXPECT_THAT(exchanges.answered[1].body, HasSubstr("of a run that has ended"));
}

TEST_F(HttpGate, ASessionStaysWhoseItWasWhenItBegan) {
  ends = ends_of_connection(7);
  script.owner.run_id = "r_1";
  post(1, hello);
  const std::string session =
    *find_field(exchanges.answered[1].fields, "mcp-session-id");

  ends = ends_of_connection(8);
  script.owner.run_id.reset();
  post(
    2,
    R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_runs"}})",
    {{"mcp-session-id", session}});

  EXPECT_EQ(script.identified.size(), 1U);
  EXPECT_EQ(script.listed.at(0).who->run_id, "r_1");
}

TEST_F(HttpGate, EachRequestOfTheEraWithoutSessionsIsAskedFor) {
  ends = ends_of_connection(7);
  script.owner.run_id = "r_1";
  post_modern(1);
  ends = ends_of_connection(8);
  script.owner.run_id.reset();
  post_modern(2);

  ASSERT_EQ(script.identified.size(), 2U);
  EXPECT_EQ(script.identified[0].ends->connection, 7U);
  EXPECT_EQ(script.identified[1].ends->connection, 8U);
  EXPECT_EQ(exchanges.answered[1].status, 200);
  EXPECT_EQ(exchanges.answered[2].status, 200);
}

TEST_F(HttpGate, NothingIsDoneBeforeItIsKnownWhoseProcessItIs) {
  ends = ends_of_connection(7);
  script.hold_identities = true;
  post_modern(1, "tools/call", R"("name":"list_runs",)");
  EXPECT_TRUE(script.listed.empty());

  script.owner.run_id = "r_1";
  release();
  carry();

  EXPECT_EQ(script.listed.at(0).who->run_id, "r_1");
  EXPECT_EQ(exchanges.answered[1].status, 200);
}

TEST_F(HttpGate, TheTokenOfARunIsAskedForTogetherWithTheEnds) {
  const std::string token = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV.1.abcdef";
  ends = ends_of_connection(7);

  post(1, hello, {{"authorization", "Bearer " + token}});

  ASSERT_EQ(script.identified.size(), 1U);
  EXPECT_EQ(script.identified[0].token, token);
  EXPECT_TRUE(script.identified[0].ends);
}

TEST_F(HttpGate, AModernPostLeavesNobodyBehind) {
  post_modern(1);

  EXPECT_EQ(exchanges.answered[1].status, 200);
  EXPECT_EQ(script.clients_told.back(), 0U);
}

} // namespace
} // namespace troupe::test
