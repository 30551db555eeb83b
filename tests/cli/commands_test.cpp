#include "tests/cli/command.hpp"

#include <csignal>

namespace troupe {

namespace {

struct wait_row {
  run_status status;
  int code;
};

class wait_code : public command, public ::testing::WithParamInterface<wait_row> {};

} // namespace

TEST_F(command, PsAsksForEachLiveStatus) {
  start({"ps"});
  for (const char* status : {"queued", "running", "input_required", "auth_required"}) {
    EXPECT_EQ(called("list_runs")["status"], status);
    const bool here = std::string_view(status) == "running";
    reply(
      {{"runs", here ? json::array({brief(run_status::running)}) : json::array()},
       {"total", here ? 1 : 0}});
  }
  EXPECT_NE(program_->out.line().value_or("").find("SUMMARY"), std::string::npos);
  const auto row = program_->out.line().value_or("");
  EXPECT_TRUE(row.starts_with("r_01KAGQ2Z3T00  builder  process  working"));
  EXPECT_EQ(row.find('\x1b'), std::string::npos) << "no colour into a pipe";
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(command, PsFollowsThePages) {
  start({"ps", "-a", "--json"});
  EXPECT_FALSE(called("list_runs").contains("status"));
  reply(
    {{"runs", json::array({brief(run_status::completed)})},
     {"total", 2},
     {"next_cursor", "c"}});
  EXPECT_EQ(called("list_runs")["cursor"], "c");
  reply({{"runs", json::array({brief(run_status::completed)})}, {"total", 2}});
  EXPECT_EQ(program_->out.message().size(), 2u);
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(command, PsRefusesAnUnknownStatus) {
  start({"ps", "--status", "sleeping"});
  EXPECT_EQ(program_->exit_code(), exit_usage);
}

TEST_P(wait_code, TellsHowItEnded) {
  start({"wait", "builder", "--attention"});
  const auto asked = called("wait_runs");
  EXPECT_EQ(asked["run_ids"], json::array({"builder"}));
  EXPECT_EQ(asked["until"], "attention");
  reply(
    {{"satisfied", false},
     {"runs", json::array({brief(run_status::running)})},
     {"still_waiting", json::array({run_id})}});
  EXPECT_EQ(called("wait_runs")["wait_ms"], 50'000) << "it asks again";
  reply(
    {{"satisfied", true},
     {"runs", json::array({brief(GetParam().status)})},
     {"still_waiting", json::array()}});
  EXPECT_EQ(program_->exit_code(), GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
  Each,
  wait_code,
  ::testing::Values(
    wait_row{run_status::completed, exit_ok},
    wait_row{run_status::failed, exit_failed},
    wait_row{run_status::cancelled, exit_failed},
    wait_row{run_status::input_required, exit_attention}));

TEST_F(command, WaitEndsWith124WhenTimeIsOver) {
  start({"wait", run_id, "--timeout", "0"});
  EXPECT_EQ(called("wait_runs")["wait_ms"], 0);
  reply(
    {{"satisfied", false},
     {"runs", json::array({brief(run_status::running)})},
     {"still_waiting", json::array({run_id})}});
  EXPECT_EQ(program_->exit_code(), exit_timeout);
}

TEST_F(command, KillAsksUntilTheRunIsGone) {
  start({"kill", "builder"});
  EXPECT_EQ(called("cancel_run")["agent_name"], "builder");
  reply({{"run_id", run_id}, {"status", "running"}, {"phase", "stopping"}});
  called("cancel_run");
  reply(
    {{"run_id", run_id},
     {"status", "cancelled"},
     {"phase", "cancelled"},
     {"proof", "cgroup"}});
  EXPECT_EQ(
    program_->out.line(), std::string(run_id) + " cancelled, gone, known by cgroup");
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(command, SaysWhatTheDaemonRefused) {
  start({"show", "nobody"});
  called("get_run");
  refuse("agent nobody: no such run\x1b[2J; list_runs shows which there are");
  EXPECT_EQ(
    program_->err.line(),
    "troupe: agent nobody: no such run\\x1b[2J; troupe ps -a shows which there are");
  EXPECT_EQ(program_->exit_code(), exit_failed);
}

TEST_F(command, RunFollowsItsEventsToTheEnd) {
  start({"run", "--name", "builder", "--allow", "Read", "--cwd", "/", "build", "it"});
  const auto order = called("spawn_run");
  EXPECT_EQ(order["backend"], "claude_code");
  EXPECT_EQ(order["prompt"], "build it");
  EXPECT_EQ(order["nickname"], "builder");
  EXPECT_EQ(order["cwd"], "/");
  EXPECT_EQ(order["permissions"]["allow"], json::array({"Read"}));
  EXPECT_TRUE(decode<spawn_run>(order)) << "as the tool takes it";
  reply(spawned());
  EXPECT_EQ(called("poll_events")["after_seq"], 0);
  reply(page(run_status::running, {said(1, "hello")}, 1));
  EXPECT_EQ(program_->out.line(), "2025-11-20 11:59:58 ● hello");
  EXPECT_EQ(called("poll_events")["after_seq"], 1);
  reply(page(run_status::failed, {said(2, "bye")}, 2));
  EXPECT_EQ(program_->out.line(), "2025-11-20 11:59:58 ● bye");
  EXPECT_EQ(program_->exit_code(), exit_failed);
}

TEST_F(command, RunOfAProgramIsAProcess) {
  start({"run", "-d", "--", "make", "-k"});
  const auto order = called("spawn_run");
  EXPECT_EQ(order["backend"], "process");
  EXPECT_EQ(order["backend_config"]["command"], json::array({"make", "-k"}));
  EXPECT_TRUE(decode<spawn_run>(order));
  reply(spawned());
  EXPECT_EQ(program_->out.line(), run_id);
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(command, AnInterruptLeavesTheRunRunning) {
  start({"run", "x"});
  called("spawn_run");
  reply(spawned());
  called("poll_events");
  program_->signal(SIGINT);
  EXPECT_EQ(program_->exit_code(), 130);
  EXPECT_EQ(program_->err.line(), std::string(run_id) + " builder");
  EXPECT_EQ(program_->err.line(), "");
  const auto told = program_->err.line().value_or("");
  EXPECT_NE(told.find(std::string("troupe kill ") + run_id), std::string::npos);
  EXPECT_TRUE(link_.at_end()) << "and nothing was cancelled";
}

TEST_F(command, LogsShowOnlyTheLast) {
  start({"logs", run_id, "-n", "2", "--json"});
  EXPECT_EQ(called("get_run")["run_id"], run_id);
  reply({{"last_seq", 10}});
  EXPECT_EQ(called("poll_events")["after_seq"], 8);
  reply(page(run_status::running, {said(9, "a"), said(10, "b")}, 10));
  EXPECT_EQ(program_->out.message()["seq"], 9);
  EXPECT_EQ(program_->out.message()["seq"], 10);
  EXPECT_EQ(program_->exit_code(), exit_ok)
    << "without -f a live run is not waited for";
}

TEST_F(command, AnswerPassesTheTextOn) {
  start({"answer", run_id, "deny:", "too", "late"});
  const auto order = called("continue_run");
  EXPECT_EQ(order["input_message"]["parts"][0]["text"], "deny: too late");
  EXPECT_TRUE(decode<continue_run>(order)) << "as the tool takes it";
  reply(
    {{"run_id", "r_2"},
     {"status", "running"},
     {"session_id", "s"},
     {"agent_name", "n"},
     {"mode", "resume"}});
  EXPECT_EQ(program_->out.line(), "goes on as r_2, a new run of the same conversation");
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(command, ADaemonThatHangsUpIsUnreachable) {
  start({"tools"});
  EXPECT_EQ(link_.message()["method"], "tools/list");
  link_.end();
  EXPECT_EQ(program_->exit_code(), exit_unreachable);
}

} // namespace troupe
