#include "gateway/eliciting.hpp"
#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

/// A run that waits for a permission, and a client that can show forms.
struct Eliciting : test::door_world {
  void SetUp() override {
    script.waited = {.satisfied = true, .runs = {{.run_id = "r_1"}}};
    script.waited.runs[0].pending_requests = 1;
    script.questions.requests = {
      {.run_id = "r_1",
       .agent_name = "agent1",
       .request_id = "p1",
       .kind = "permission",
       .title = "Bash: make",
       .options = {"allow", "deny"}}};
  }

  void enter() {
    join();
    say(hello_line);
    say(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{"form":{},"url":{}}},"clientInfo":{"name":"forms","version":"1"}}})");
    outside.said[client].clear();
  }

  json wait() {
    call(1, "wait_runs", {{"run_ids", {"r_1"}}});
    release();
    return answer();
  }

  void give(const json& to, json result) {
    say(print_json(jsonrpc::success(to["id"], std::move(result))));
    release();
  }
};

TEST_F(Eliciting, HandsOnThePersonsDecision) {
  enter();
  const auto form = wait();
  EXPECT_EQ(form["method"], "elicitation/create");
  EXPECT_EQ(
    form["params"]["requestedSchema"]["properties"]["decision"]["enum"],
    json({"allow", "deny"}));

  script.waited.runs[0].pending_requests = 0;
  give(
    form,
    {{"action", "accept"}, {"content", {{"decision", "deny"}, {"message", "no"}}}});

  ASSERT_EQ(script.continued.size(), 1U);
  EXPECT_EQ(script.continued[0].what.run_id, "r_1");
  EXPECT_FALSE(script.continued[0].who->run_id);
  const auto given = answer_of(script.continued[0].what.input_message);
  ASSERT_TRUE(given);
  EXPECT_EQ(given->request_id, "p1");
  EXPECT_EQ(given->decision, "deny");
  EXPECT_EQ(given->message, "no");
  EXPECT_EQ(answer()["id"], 1);
}

TEST_F(Eliciting, SettlesEachRequestOnce) {
  enter();
  const auto first = wait();
  script.questions.requests[0].request_id = "p2";
  give(first, {{"action", "accept"}, {"content", {{"decision", "allow"}}}});
  const auto second = answer();
  script.waited.runs[0].pending_requests = 0;
  give(second, {{"action", "accept"}, {"content", {{"decision", "allow"}}}});

  EXPECT_EQ(answer()["id"], 1);
  EXPECT_EQ(script.continued.size(), 2U);
}

TEST_F(Eliciting, LeavesToTheModelWhatIsWavedAway) {
  enter();
  give(wait(), {{"action", "decline"}});

  EXPECT_EQ(answer()["result"]["structuredContent"]["satisfied"], true);
  EXPECT_TRUE(script.continued.empty());
}

TEST_F(Eliciting, NeverAsksTheClientOfARun) {
  script.owner.run_id = "r_0";
  enter();

  EXPECT_EQ(wait()["id"], 1);
  EXPECT_TRUE(script.continued.empty());
}

TEST_F(Eliciting, ShowsThePageOfALogin) {
  script.questions.requests[0].kind = "auth";
  script.questions.requests[0].detail.text = R"({"url":"https://example.com/login"})";
  enter();

  const auto page = wait();

  EXPECT_EQ(page["params"]["mode"], "url");
  EXPECT_EQ(page["params"]["url"], "https://example.com/login");
  EXPECT_EQ(page["params"]["elicitationId"], "r_1/p1");
}

TEST_F(Eliciting, TakesBackItsFormWhenTheCallIsCancelled) {
  enter();
  const auto form = wait();

  say(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");

  const auto told = answer();
  EXPECT_EQ(told["method"], "notifications/cancelled");
  EXPECT_EQ(told["params"]["requestId"], form["id"]);
  give(form, {{"action", "accept"}, {"content", {{"decision", "allow"}}}});
  EXPECT_TRUE(heard().empty());
  EXPECT_TRUE(script.continued.empty());
}

TEST_F(Eliciting, LetsAClientGoThatLeavesItsFormOpen) {
  enter();
  (void)wait();

  leave();

  EXPECT_TRUE(outside.hung_up.contains(client));
}

} // namespace
} // namespace troupe::mcp
