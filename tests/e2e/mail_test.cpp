#include "tests/e2e/daemon.hpp"

#include "protocol/jsonrpc.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Agents in the shell that write to each other through `troupe mcp`, as real ones do.
class mail : public daemon_test {
protected:
  void SetUp() override { configure("toolsets: [runs, agents]\n"); }

  /// A shell function `ask` that takes calls on stdin and prints their answers.
  [[nodiscard]] std::string with_a_door(const std::string& text) const {
    const json hello{
      {"protocolVersion", "2025-11-25"},
      {"capabilities", json::object()},
      {"clientInfo", {{"name", "agent"}, {"version", "1"}}}};
    return "ask() { { echo '" + print_json(jsonrpc::request(1, "initialize", hello)) +
           "'; cat; } | " + testing::troupe_program() + " mcp --toolsets agents" +
           " --state-dir " + place_.state() + "; }\n" + text;
  }

  static std::string call(int id, const char* tool, const json& arguments) {
    const auto request =
      jsonrpc::request(id, "tools/call", {{"name", tool}, {"arguments", arguments}});
    return "echo '" + print_json(request) + "'";
  }

  /// A worker that is this script; told its turns as JSON, or only its prompt.
  std::string start(
    connection& me,
    const char* name,
    const std::string& script,
    const char* told_as = "json") {
    return me
      ->must(
        "spawn_run",
        {{"backend", "process"},
         {"nickname", name},
         {"prompt", "go"},
         {"cwd", place_.path().string()},
         {"restart", {{"type", "temporary"}}},
         {"backend_config",
          {{"command", {"/bin/sh", "-c", script, marker_}}, {"stdin", told_as}}}})
      .value("run_id", "");
  }

  [[nodiscard]] std::string file(const char* name) const {
    return (place_.path() / name).string();
  }
  [[nodiscard]] std::string until_there_is(const char* name) const {
    return "until [ -e " + file(name) + " ]; do sleep 0.02; done\n";
  }

  static json inbox(connection& me, const char* name) {
    return me->must("fetch_agent_messages", {{"agent_name", name}})["messages"];
  }
  /// What this call of an agent was answered, each time it was.
  [[nodiscard]] std::vector<json> answers_to(const std::string& run_id, int id) const {
    std::vector<json> all;
    for (const auto& line : transcript(run_id, 1))
      if (auto said = parse_json(line); said && said->value("id", 0) == id)
        all.push_back(std::move(*said));
    return all;
  }
  [[nodiscard]] bool answered(const std::string& run_id, int id) const {
    return !answers_to(run_id, id).empty();
  }
  static std::string words_of(connection& me, const std::string& run_id) {
    std::string all;
    for (const auto& event : me->events(run_id))
      all += event["data"].value("text", "") + "\n";
    return all;
  }
};

constexpr const char* ends_its_turn =
  R"(echo '{"type":"run_completed","final_response":"done"}')"
  "\n";

} // namespace

TEST_F(mail, TwoAgentsTalk) {
  auto me = join();
  const auto answers =
    call(2, "send_agent_message", {{"to_agent_name", "ann"}, {"message", "pong"}});
  const auto bob = start(
    me,
    "bob",
    with_a_door(
      "read -r first\n" + until_there_is("told") + ends_its_turn +
      "read -r second; printf 'heard %s\\n' \"$second\"\n" + answers + " | ask\n" +
      ends_its_turn));
  const auto asks =
    call(2, "send_agent_message", {{"to_agent_name", "bob"}, {"message", "ping"}}) +
    "; " + call(3, "fetch_agent_messages", {{"wait_ms", 20000}});
  const auto ann = start(
    me, "ann", with_a_door("read -r first\n{ " + asks + "; } | ask\n" + ends_its_turn));

  ASSERT_FALSE(me->event_of(bob, "message_added").is_null()) << log();
  std::ofstream(file("told")) << "now";
  me->ended({ann, bob});

  EXPECT_THAT(words_of(me, bob), HasSubstr("from the agent ann (" + ann + ")"));
  EXPECT_THAT(words_of(me, ann), HasSubstr("pong"));
  const auto of_bob = inbox(me, "bob");
  ASSERT_EQ(of_bob.size(), 1u) << print_json(of_bob);
  EXPECT_EQ(of_bob[0]["state"], "delivered");
  EXPECT_EQ(of_bob[0]["from_run_id"], ann);
  const auto of_ann = inbox(me, "ann");
  ASSERT_EQ(of_ann.size(), 1u) << print_json(of_ann);
  EXPECT_EQ(of_ann[0]["state"], "read") << "it waited for it";
  EXPECT_EQ(of_ann[0]["from_run_id"], bob);
}

TEST_F(mail, AMessageOutlivesTheSupervisorAndIsHeardOnce) {
  auto me = join();
  const auto bob = start(
    me,
    "bob",
    "read -r first\n" + until_there_is("told") + ends_its_turn +
      "while read -r more; do echo \"heard $more\"; " + ends_its_turn + "done\n");
  ASSERT_FALSE(me->event_of(bob, "status_changed").is_null());

  const auto call =
    me->send("send_agent_message", {{"to_agent_name", bob}, {"message", "ping"}});
  kill_supervisor();
  const auto sent = me->answer(call);
  ASSERT_FALSE(sent.failed) << sent.text;
  ASSERT_TRUE(eventually([&] { return inbox(me, "bob")[0]["state"] == "delivered"; }))
    << print_json(inbox(me, "bob")) << log();
  std::ofstream(file("told")) << "now";
  me->ended({bob});

  std::size_t heard = 0;
  for (const auto& line : transcript(bob, 1))
    heard += line.starts_with("heard ");
  EXPECT_EQ(heard, 1u) << log();
  EXPECT_EQ(inbox(me, "bob").size(), 1u);
}

TEST_F(mail, AWaitOutlivesTheSupervisor) {
  auto me = join();
  const auto asks = call(2, "fetch_agent_messages", {{"wait_ms", 50000}}) + "; " +
                    call(3, "list_agents", json::object());
  const auto ann =
    start(me, "ann", with_a_door("read -r first\n{ " + asks + "; } | ask\n"), "text");
  ASSERT_TRUE(eventually([&] { return answered(ann, 3); }))
    << "it waits, then" << log();

  kill_supervisor();
  const auto sent =
    me->must("send_agent_message", {{"to_agent_name", "ann"}, {"message", "pong"}});
  me->ended({ann});

  EXPECT_EQ(answers_to(ann, 2).size(), 1u);
  EXPECT_THAT(words_of(me, ann), HasSubstr("pong"));
  const auto of_ann = inbox(me, "ann");
  ASSERT_EQ(of_ann.size(), 1u) << print_json(of_ann);
  EXPECT_EQ(of_ann[0]["message_id"], sent["message_id"]);
  EXPECT_EQ(of_ann[0]["state"], "read");
}

TEST_F(mail, AnAgentReadsNoInboxButItsOwnAndIsNobodyElse) {
  auto me = join();
  const auto bob = start(
    me,
    "bob",
    "read -r first\n" + until_there_is("over") + ends_its_turn +
      "while read -r more; do " + ends_its_turn + "done\n");
  ASSERT_FALSE(me->event_of(bob, "status_changed").is_null());
  me->must("send_agent_message", {{"to_agent_name", "bob"}, {"message", "a secret"}});
  const auto asks =
    call(2, "fetch_agent_messages", {{"agent_name", "bob"}}) + "; " +
    call(3, "fetch_agent_messages", {{"agent_name", bob}}) + "; " +
    call(
      4,
      "send_agent_message",
      {{"to_agent_name", "bob"}, {"message", "x"}, {"from_agent_name", "user"}}) +
    "; " +
    call(
      5,
      "send_agent_message",
      {{"to_agent_name", "bob"}, {"message", "x"}, {"priority", "interrupt"}}) +
    "; " +
    call(6, "send_agent_message", {{"to_agent_name", "bob"}, {"message", "hello"}}) +
    "; " + call(7, "list_agents", json::object());
  const auto ann = start(
    me,
    "ann",
    with_a_door(
      "read -r first\n{ export TROUPE_RUN_ID=" + bob + "; " + asks + "; } | ask\n"),
    "text");

  me->ended({ann});
  std::ofstream(file("over")) << "now";
  me->ended({bob});

  const auto words = words_of(me, ann);
  EXPECT_THAT(words, Not(HasSubstr("secret")));
  for (const int refused : {4, 5})
    EXPECT_TRUE(answers_to(ann, refused).at(0)["result"].value("isError", false))
      << words;
  const auto of_bob = inbox(me, "bob");
  ASSERT_EQ(of_bob.size(), 2u) << print_json(of_bob);
  EXPECT_FALSE(of_bob[0].contains("from_agent_name"));
  EXPECT_EQ(of_bob[1]["from_agent_name"], "ann");
  EXPECT_EQ(of_bob[1]["from_run_id"], ann);
}

} // namespace troupe::e2e
