#include "tests/e2e/daemon.hpp"

#include <csignal>
#include <fstream>

namespace troupe::e2e {

namespace {

class recovery : public daemon_test {};

class failing : public daemon_test {
protected:
  json ended(connection& me, const std::string& run_id) {
    me->ended({run_id});
    return me->must("get_run", {{"run_id", run_id}});
  }
};

json quickly(int max_restarts) {
  return {
    {"restart",
     {{"type", "transient"}, {"max_restarts", max_restarts}, {"backoff_ms", 1}}}};
}

} // namespace

TEST_F(recovery, LosesAndDoublesNothing) {
  constexpr int lines = 300;
  auto me = join();
  std::vector<std::string> run_ids;
  for (int i = 0; i < 20; ++i)
    run_ids.push_back(spawn(*me, {"count", std::to_string(lines), "10"}));
  for (const auto& run_id : run_ids)
    ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null());
  const auto waiting = me->send(
    "wait_runs", {{"run_ids", run_ids}, {"until", "terminal"}, {"wait_ms", 40000}});
  kill_supervisor();
  const auto waited = me->answer(waiting);
  EXPECT_FALSE(waited.failed) << waited.text << log();
  expect_whole(*me, run_ids, lines);
}

TEST_F(recovery, KnowsATaskOfTheSupervisorBefore) {
  auto me = join();
  const auto stop = (place_.path() / "stop").string();
  const auto run_id = spawn(*me, {"until", stop});
  const auto ask = [&](std::string_view method, json params) {
    params["_meta"] = {
      {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
      {"io.modelcontextprotocol/clientCapabilities",
       {{"extensions", {{"io.modelcontextprotocol/tasks", json::object()}}}}}};
    return me->raw_answer(me->request(method, std::move(params))).at("result");
  };
  const auto task =
    ask("tools/call", {{"name", "wait_runs"}, {"arguments", {{"run_ids", {run_id}}}}});
  ASSERT_EQ(task["resultType"], "task") << task;
  kill_supervisor();
  const auto early = ask("tasks/get", {{"taskId", task["taskId"]}});
  EXPECT_EQ(early["status"], "working") << early << log();
  std::ofstream{stop};
  me->ended({run_id});
  const auto late = ask("tasks/get", {{"taskId", task["taskId"]}});
  ASSERT_EQ(late["status"], "completed") << late << log();
  EXPECT_EQ(late["result"]["structuredContent"]["runs"][0]["status"], "completed");
}

TEST_F(recovery, KeepsAQuestionThatWaits) {
  auto me = join();
  const auto run_id = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(run_id, "input_required").is_null()) << log();
  kill_supervisor();
  const auto seen =
    me->must("wait_runs", {{"run_ids", {run_id}}, {"until", "attention"}});
  EXPECT_EQ(seen["runs"][0]["status"], "input_required") << print_json(seen);
  const auto run = me->must("get_run", {{"run_id", run_id}});
  ASSERT_EQ(run["pending"].size(), 1u) << print_json(run);
  EXPECT_EQ(run["pending"][0]["request_id"], "q1");
  me->must("continue_run", {{"run_id", run_id}, {"input_message", "yes"}});
  const auto brief = me->ended({run_id})[run_id];
  EXPECT_EQ(brief["status"], "completed") << print_json(brief);
  int asked = 0;
  for (const auto& event : me->events(run_id))
    asked += event["type"] == "input_required" ? 1 : 0;
  EXPECT_EQ(asked, 1);
}

TEST_F(recovery, KnowsAKeyAgain) {
  auto me = join();
  const json key{{"idempotency_key", "the one"}};
  const auto first = spawn(*me, {"wait"}, key);
  EXPECT_EQ(spawn(*me, {"wait"}, key), first);
  kill_supervisor();
  EXPECT_EQ(spawn(*me, {"wait"}, key), first);
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 1);
  me->must("cancel_run", {{"run_id", first}});
  kill_supervisor();
  EXPECT_EQ(spawn(*me, {"wait"}, key), first) << "of a run that has ended, too";
}

TEST_F(recovery, TakesNoNewConversationForTheOldOne) {
  auto me = join();
  const auto first = spawn(*me, {"answer", "1"});
  client again(&me.relay().in, &me.relay().out);
  again.enter();
  const auto second = spawn(again, {"answer", "1"});
  EXPECT_NE(second, first) << "the same request id, but not the same request";
  EXPECT_EQ(again.must("list_runs", json::object())["total"], 2);
}

TEST_F(recovery, FinishesACancellation) {
  auto me = join();
  const auto run_id = spawn(*me, {"tree"});
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null());
  me->must("cancel_run", {{"run_id", run_id}, {"wait_ms", 0}});
  kill_supervisor();
  EXPECT_EQ(me->ended({run_id})[run_id]["status"], "cancelled");
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_F(recovery, CostsNothingWhileAgentsAreSilent) {
  auto me = join();
  const auto run_id = spawn(*me, {"wait"});
  const auto seq = me->event_of(run_id, "agent_message").value("seq", 0);
  const auto before = cpu_ticks(keeper());
  me->must(
    "poll_events", {{"run_id", run_id}, {"after_seq", seq + 1}, {"wait_ms", 1500}});
  EXPECT_LT(cpu_ticks(keeper()) - before, 15) << "of 150";
}

TEST_F(failing, IsTriedAgainUntilItWorks) {
  auto me = join();
  const auto file = (place_.path() / "starts").string();
  const auto run = ended(me, spawn(*me, {"flaky", file, "2"}, quickly(3)));
  EXPECT_EQ(run["status"], "completed") << print_json(run);
  EXPECT_EQ(run["restarts"], 2);
  EXPECT_EQ(run["attempts"].size(), 3u);
  EXPECT_EQ(run["attempts"][0]["exit"]["reason"], "crashed");
  EXPECT_EQ(run["attempts"][0]["exit"]["code"], 3);
  EXPECT_EQ(run["result"]["final_response"], "at last");
}

TEST_F(failing, IsGivenUpAfterTooManyRestarts) {
  auto me = join();
  const auto file = (place_.path() / "starts").string();
  const auto run = ended(me, spawn(*me, {"flaky", file, "9"}, quickly(2)));
  EXPECT_EQ(run["status"], "failed") << print_json(run);
  EXPECT_EQ(run["attempts"].size(), 3u);
  EXPECT_EQ(run["exit"]["reason"], "crashed");
  const auto error = run.value("error", "");
  EXPECT_NE(error.find("cannot go on"), std::string::npos) << error;
  EXPECT_GT(error.size(), std::string("crashed: cannot go on").size()) << error;
}

TEST_F(failing, EndsAtItsLimits) {
  auto me = join();
  const auto wall =
    spawn(*me, {"chatter"}, {{"limits", {{"wall_s", 1}, {"output_mb", 64}}}});
  const auto idle = spawn(*me, {"wait"}, {{"limits", {{"idle_s", 1}}}});
  const auto output = spawn(*me, {"chatter"}, {{"limits", {{"output_mb", 1}}}});
  const auto startup = spawn(
    *me,
    {"ask"},
    {{"limits", {{"startup_s", 1}}}, {"backend_config", {{"stdin", "json"}}}});
  const auto of_wall = ended(me, wall);
  EXPECT_EQ(of_wall["status"], "failed") << print_json(of_wall);
  EXPECT_EQ(of_wall["exit"]["reason"], "timeout") << print_json(of_wall);
  const auto of_idle = ended(me, idle);
  EXPECT_EQ(of_idle["status"], "failed") << print_json(of_idle);
  EXPECT_EQ(of_idle["exit"]["reason"], "hung") << print_json(of_idle);
  const auto of_output = ended(me, output);
  EXPECT_EQ(of_output["status"], "failed") << print_json(of_output);
  EXPECT_EQ(of_output["exit"]["reason"], "output") << print_json(of_output);
  EXPECT_LT(of_output["last_seq"], 4096) << "found out long after the limit";
  me->must("cancel_run", {{"run_id", startup}});
}

TEST_F(failing, SaysAtOnceWhatCannotBeStarted) {
  auto me = join();
  const auto plain = (place_.path() / "plain").string();
  std::ofstream(plain) << "no program\n";
  const auto with = [&](std::vector<std::string> command, std::string cwd) {
    return me->call(
      "spawn_run",
      {{"backend", "process"},
       {"prompt", "go"},
       {"cwd", cwd},
       {"backend_config", {{"command", command}}}});
  };
  const auto here = place_.path().string();
  for (const auto& [command, cwd] : std::vector<std::pair<std::string, std::string>>{
         {"/nowhere/program", here}, {plain, here}, {"/bin/true", here + "/nowhere"}}) {
    const auto made = with({command}, cwd);
    if (made.failed) {
      EXPECT_NE(made.text.find(cwd), std::string::npos) << made.text;
      continue;
    }
    const auto run = ended(me, made.of("run_id"));
    EXPECT_EQ(run["status"], "failed") << print_json(run);
    EXPECT_EQ(run["exit"]["reason"], "spawn_failed") << print_json(run);
    EXPECT_EQ(run["attempts"].size(), 1u) << print_json(run);
    const auto error = run.value("error", "");
    EXPECT_NE(error.find(cwd == here ? command : cwd), std::string::npos) << error;
    EXPECT_NE(error.find(". "), std::string::npos) << "no advice: " << error;
  }
}

} // namespace troupe::e2e
