#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// Agents that ask, are asked again, and the workers that ship as examples.
class asking : public daemon_test {
protected:
  static std::string example(const char* name) {
    return std::string(TROUPE_SOURCE_DIR) + "/examples/workers/" + name;
  }
  static bool has_python() { return std::filesystem::exists("/usr/bin/python3"); }
  [[nodiscard]] std::string file(const char* name, const std::string& text = {}) const {
    const auto path = (place_.path() / name).string();
    if (!text.empty())
      std::ofstream(path) << text;
    return path;
  }

  /// A worker in one line of shell, which talks JSON both ways.
  [[nodiscard]] json script(const std::string& text) const {
    return {
      {"backend", "process"},
      {"prompt", "go"},
      {"cwd", place_.path().string()},
      {"backend_config",
       {{"command", {"/bin/sh", "-c", text, marker_}}, {"stdin", "json"}}}};
  }

  static json answer_to(const json& question, const char* decision) {
    const json data{{"request_id", question["request_id"]}, {"decision", decision}};
    const json message{{"parts", json::array({{{"type", "data"}, {"data", data}}})}};
    return {{"run_id", question["run_id"]}, {"input_message", message}};
  }
  static json pending(connection& me) {
    return me->must("list_pending", json::object())["requests"];
  }
  static json look(connection& me, const std::string& id) {
    return me->must("get_run", {{"run_id", id}});
  }
};

const json number{
  {"type", "object"},
  {"required", {"n"}},
  {"properties", {{"n", {{"type", "integer"}}}}}};

constexpr const char* says_prose =
  R"(echo '{"type":"run_completed","final_response":"seven"}';)";
constexpr const char* says_seven =
  R"(echo '{"type":"run_completed","final_response":"{\"n\":7}"}';)";

} // namespace

TEST_F(asking, ADeadSupervisorsQuestionForABetterAnswerIsPutOnce) {
  auto me = join();
  auto request = script(
    std::string("read -r a;") + says_prose +
    "read -r b; echo asked again; until [ -e " + file("go") +
    " ]; do sleep 0.02; done;" + says_seven + "read -r c && echo asked too often");
  request["output_schema"] = number;
  const auto id = me->must("spawn_run", request).value("run_id", "");
  ASSERT_FALSE(me->event_of(id, "warning").is_null()) << log();

  kill_supervisor();
  std::ofstream(file("go")) << "now";
  me->ended({id});

  const auto view = look(me, id);
  EXPECT_EQ(view["status"], "completed") << print_json(view);
  EXPECT_EQ(view["result"]["structured_output"], json({{"n", 7}}));
  EXPECT_EQ(view["attempts"].size(), 1u);
  std::string said;
  int mismatches = 0;
  for (const auto& event : me->events(id)) {
    said += event["data"].value("text", "") + "\n";
    mismatches += event["data"].value("kind", "") == "schema_mismatch";
  }
  EXPECT_THAT(said, HasSubstr("asked again"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("too often")));
  EXPECT_EQ(mismatches, 1);
}

TEST_F(asking, AnAnswerThatStillDoesNotFitFailsTheRunWithWhy) {
  auto me = join();
  auto request =
    script(std::string("read -r a;") + says_prose + "read -r b;" + says_prose);
  request["output_schema"] = number;
  const auto id = me->must("spawn_run", request).value("run_id", "");
  me->ended({id});

  const auto view = look(me, id);
  EXPECT_EQ(view["status"], "failed");
  EXPECT_EQ(view["exit"]["reason"], "agent_error");
  EXPECT_THAT(view["error"].get<std::string>(), HasSubstr("the answer is no JSON"));

  request["output_schema"] = {{"type", "object"}, {"required", "n"}};
  const auto refused = me->call("spawn_run", request);
  EXPECT_TRUE(refused.failed);
  EXPECT_THAT(refused.text, HasSubstr("output_schema: is no JSON Schema"));
}

TEST_F(asking, TheTalkingWorkerIsAnsweredByAPersonAndByItsDeadline) {
  if (!has_python())
    GTEST_SKIP() << "SKIPPED: no python3 here, so the worker in Python is not tried";
  configure(
    "backends:\n  words:\n    type: process\n    command: [" + example("words.py") +
    "]\n    backend_config: {stdin: json}\n    permissions: {deadline_s: 1}\n");
  const auto outside = file("three", "one two three");
  std::filesystem::create_directories(place_.path() / "in");
  auto me = join();
  json request{
    {"backend", "words"},
    {"prompt", outside},
    {"cwd", (place_.path() / "in").string()},
    {"permissions", {{"deadline_s", 600}}}};
  const auto allowed = me->must("spawn_run", request).value("run_id", "");
  const auto denied = me->must("spawn_run", request).value("run_id", "");
  request.erase("permissions");
  const auto late = me->must("spawn_run", request).value("run_id", "");
  me->ended({late});
  ASSERT_TRUE(eventually([&] { return pending(me).size() == 2; })) << log();

  for (const auto& question : pending(me))
    me->must(
      "continue_run",
      answer_to(question, question["run_id"] == allowed ? "allow" : "deny"));
  me->ended({allowed, denied});

  EXPECT_EQ(look(me, allowed)["result"]["structured_output"]["words"], 3);
  EXPECT_THAT(look(me, denied)["error"].get<std::string>(), HasSubstr("may not read"));
  EXPECT_THAT(look(me, late)["error"].get<std::string>(), HasSubstr("may not read"));
  EXPECT_EQ(me->event_of(late, "message_added")["data"]["by"], "deadline");
  EXPECT_EQ(me->event_of(denied, "message_added")["data"]["by"], "person");
  EXPECT_TRUE(pending(me).empty());
}

TEST_F(asking, TheWorkerInTheShellTellsWhatItRuns) {
  configure(
    "backends: {checks: {type: process, command: [" + example("checks.sh") + "]}}\n");
  auto me = join();
  const auto run = [&](const std::string& prompt) {
    json request{
      {"backend", "checks"}, {"prompt", prompt}, {"cwd", place_.path().string()}};
    request["restart"] = {{"type", "temporary"}};
    const auto id = me->must("spawn_run", request).value("run_id", "");
    me->ended({id});
    return id;
  };

  const auto good = run("true\necho 'say \"hi\"'");
  const auto bad = run("true\nfalse");

  EXPECT_EQ(look(me, good)["result"]["final_response"], "2 checks passed");
  const auto told = me->event_of(good, "command_finished", 5);
  EXPECT_EQ(told["data"]["command"], "echo 'say \"hi\"'") << print_json(told);
  EXPECT_EQ(told["data"]["output"], "say \"hi\"");
  EXPECT_THAT(look(me, bad)["error"].get<std::string>(), HasSubstr("failed: false"));
}

TEST_F(asking, AWorkerTakesOnTheShippedReviewer) {
  auto me = join();
  auto request = script(
    "IFS= read -r turn; printf '%s' \"$turn\" > " + file("turn") + "; " + says_seven);
  request["profile"] = "reviewer";
  const auto id = me->must("spawn_run", request).value("run_id", "");
  me->ended({id});

  std::ifstream turn(file("turn"));
  const std::string said{std::istreambuf_iterator<char>(turn), {}};
  EXPECT_THAT(said, HasSubstr("You are a reviewer."));
  EXPECT_THAT(said, HasSubstr("approve, or what has to change first"));
}

} // namespace troupe::e2e
