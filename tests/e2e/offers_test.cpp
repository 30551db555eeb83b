#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// What a client is offered beside tools, through the real programs.
class offers : public daemon_test {
protected:
  /// A worker that asks for a permission, and says whether it was given.
  [[nodiscard]] json asker() const {
    const std::string text =
      R"(read -r turn; echo '{"type":"input_required","request_id":"q1","kind":"permission",)"
      R"("title":"Read it?","tool":"Read","subject":"x"}'; read -r answer;)"
      R"(case "$answer" in *allow*) word=allowed;; *) word=denied;; esac;)"
      R"(echo '{"type":"run_completed","final_response":"'$word'"}')";
    return {
      {"backend", "process"},
      {"prompt", "go"},
      {"nickname", "asker"},
      {"cwd", place_.path().string()},
      {"backend_config",
       {{"command", {"/bin/sh", "-c", text, marker_}}, {"stdin", "json"}}}};
  }

  static json read(client& by, const std::string& uri) {
    const auto told = by.raw_answer(by.request("resources/read", {{"uri", uri}}));
    EXPECT_TRUE(told.contains("result")) << print_json(told);
    return told["result"]["contents"][0];
  }

  static std::string uri_of(const std::string& run_id) {
    return "troupe://runs/" + run_id;
  }
};

} // namespace

TEST_F(offers, ARunThatIsWatchedIsToldOfUntilItsEnd) {
  auto me = join();
  const auto id = me->must("spawn_run", asker()).value("run_id", "");
  EXPECT_EQ(
    me->told("notifications/resources/list_changed")["method"],
    "notifications/resources/list_changed");
  const auto watching =
    me->request("resources/subscribe", {{"uri", uri_of(id) + "/result"}});
  EXPECT_EQ(me->raw_answer(watching)["result"], json::object());

  me->must("wait_runs", {{"run_ids", {id}}});
  me->must("continue_run", {{"run_id", id}, {"input_message", "allow"}});
  json outcome;
  do {
    EXPECT_EQ(
      me->told("notifications/resources/updated")["params"]["uri"],
      uri_of(id) + "/result");
    outcome = json::parse(read(*me, uri_of(id) + "/result")["text"].get<std::string>());
  } while (outcome["status"] != "completed" && !HasFailure());

  EXPECT_EQ(outcome["result"]["final_response"], "allowed");
}

TEST_F(offers, WhatARunDidIsReadByAPrefixOfItsId) {
  auto me = join();
  const auto id = me->must("spawn_run", asker()).value("run_id", "");
  me->must("wait_runs", {{"run_ids", {id}}});

  const auto listed = me->raw_answer(me->request("resources/list"))["result"];
  const auto seen = read(*me, uri_of(id.substr(0, id.size() - 1)));
  const auto said = read(*me, uri_of(id) + "/transcript");
  const auto prompt = me->raw_answer(me->request(
    "prompts/get", {{"name", "diagnose"}, {"arguments", {{"run", "asker"}}}}));

  EXPECT_EQ(listed["resources"].back()["uri"], uri_of(id));
  EXPECT_THAT(seen["text"].get<std::string>(), HasSubstr("Read it?"));
  EXPECT_EQ(said["mimeType"], "text/plain");
  EXPECT_THAT(said["text"].get<std::string>(), HasSubstr("Read it?"));
  EXPECT_EQ(prompt["result"]["messages"].size(), 3U) << print_json(prompt);
}

TEST_F(offers, APersonAnswersTheAgentThroughAForm) {
  auto other = join();
  connection me(troupe({"mcp"}));
  me->enter({{"elicitation", json::object()}});
  const auto id = me->must("spawn_run", asker()).value("run_id", "");
  const auto waiting = me->send("wait_runs", {{"run_ids", {id}}, {"wait_ms", 15000}});

  const auto form = me->told("elicitation/create");
  EXPECT_THAT(form["params"]["message"].get<std::string>(), HasSubstr("Read it?"));
  me->give(form, {{"action", "accept"}, {"content", {{"decision", "allow"}}}});

  EXPECT_EQ(me->answer(waiting).data["runs"][0]["status"], "completed");
  const auto view = me->must("get_run", {{"run_id", id}});
  EXPECT_EQ(view["result"]["final_response"], "allowed") << log();
  std::string by;
  for (const auto& event : me->events(id))
    by += event["data"].value("by", "");
  EXPECT_EQ(by, "person");
}

} // namespace troupe::e2e
