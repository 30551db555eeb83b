#include "tests/cli/command.hpp"

#include <csignal>

namespace troupe {

namespace {

/// A terminal, or a pipe in its place, on a run.
class attached : public command {
protected:
  static json view(run_status status, std::vector<std::string> takeover = {}) {
    run_view run;
    run.run_id = run_id;
    run.backend = "claude_code";
    run.cwd = "/my project";
    run.status = status;
    run.last_seq = 20;
    if (!takeover.empty())
      run.takeover = std::move(takeover);
    return encode(run);
  }
  static json asks() {
    auto shown = view(run_status::input_required);
    shown["pending"] = json::array(
      {{{"request_id", "q"},
        {"kind", "permission"},
        {"title", "Bash: make"},
        {"detail", json::object()},
        {"options", {"allow", "deny"}}}});
    return shown;
  }
  static json going_on(const char* id, const char* mode) {
    return {
      {"run_id", id},
      {"status", "running"},
      {"session_id", "s"},
      {"agent_name", "n"},
      {"mode", mode}};
  }
  /// What lives beside it, asked for by status.
  void others(std::vector<json> of_queued = {}) {
    for (const auto* status :
         {"queued", "running", "input_required", "auth_required"}) {
      EXPECT_EQ(called("list_runs")["status"], status);
      const bool here = status == std::string_view("queued");
      const auto runs = here ? of_queued : std::vector<json>();
      reply({{"runs", runs}, {"total", runs.size()}});
    }
  }
  std::string said_to_run() {
    const auto order = called("continue_run");
    EXPECT_TRUE(decode<continue_run>(order)) << "as the tool takes it";
    return order["input_message"]["parts"][0]["text"];
  }
};

} // namespace

TEST_F(attached, ShowsWhatWaitsAndSaysWhatIsTyped) {
  start({"attach", run_id});
  called("get_run");
  reply(asks());
  EXPECT_EQ(program_->out.line(), "waits for: Bash: make (allow, deny)");
  EXPECT_EQ(called("poll_events")["after_seq"], 10) << "the last ten";

  program_->in.say(std::string_view("allow"));

  EXPECT_EQ(said_to_run(), "allow");
  reply(going_on(run_id, "live"));
  called("poll_events");
  reply(page(run_status::running, {said(21, "thanks")}, 21));
  EXPECT_EQ(program_->out.line(), "2025-11-20 11:59:58 ● thanks");
  called("poll_events");
  program_->in.end();
  called("poll_events");
  reply(page(run_status::completed, {}, 21));
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(attached, GoesOnWithAnEndedRunInANewOne) {
  start({"attach", run_id, "-n", "0"});
  called("get_run");
  reply(view(run_status::completed));
  EXPECT_EQ(called("poll_events")["after_seq"], 20);
  reply(page(run_status::completed, {}, 20));

  program_->in.say(std::string_view("and now the tests"));

  EXPECT_EQ(said_to_run(), "and now the tests");
  reply(going_on("r_2", "resume"));
  EXPECT_EQ(program_->out.line(), "goes on as r_2, a new run of the same conversation");
  const auto query = called("poll_events");
  EXPECT_EQ(query["run_id"], "r_2");
  EXPECT_EQ(query["after_seq"], 0);
  reply(page(run_status::failed, {said(1, "no")}, 1));
  EXPECT_EQ(program_->out.line(), "2025-11-20 11:59:58 ● no") << "it knows the end";
  program_->in.end();
  EXPECT_EQ(program_->exit_code(), exit_failed);
}

TEST_F(attached, IsLeftByAnInterruptAndTheRunGoesOn) {
  start({"attach", run_id});
  called("get_run");
  reply(view(run_status::running));
  called("poll_events");

  program_->signal(SIGINT);

  EXPECT_EQ(program_->exit_code(), 130);
  EXPECT_TRUE(link_.at_end()) << "and nothing was cancelled";
}

TEST_F(attached, SaysWhatTheRunRefusedAndGoesOn) {
  start({"attach", run_id});
  called("get_run");
  reply(view(run_status::running));
  called("poll_events");

  program_->in.say(std::string_view("faster"));

  EXPECT_EQ(said_to_run(), "faster");
  refuse("this agent takes no further turn while it runs");
  EXPECT_EQ(
    program_->err.line(), "troupe: this agent takes no further turn while it runs");
  called("poll_events");
  program_->signal(SIGTERM);
  EXPECT_EQ(program_->exit_code(), 130);
}

TEST_F(attached, TakeoverEndsTheRunAndPrintsHowToGoOn) {
  const std::vector<std::string> how{
    "env", "CLAUDE_CONFIG_DIR=/c d", "claude", "--resume", "b1"};
  start({"takeover", run_id});
  called("get_run");
  reply(view(run_status::running, how));
  others();
  EXPECT_EQ(called("cancel_run")["reason"], "taken over");
  reply({{"run_id", run_id}, {"status", "cancelled"}, {"phase", "cancelled"}});
  called("get_run");
  reply(view(run_status::cancelled, how));

  EXPECT_EQ(
    program_->out.line(),
    "cd '/my project' && env 'CLAUDE_CONFIG_DIR=/c d' claude --resume b1");
  EXPECT_EQ(program_->exit_code(), exit_ok);
}

TEST_F(attached, TakeoverLeavesAConversationToTheRunThatHasItNext) {
  auto next = brief(run_status::queued);
  next["run_id"] = "r_next";
  start({"takeover", run_id});
  called("get_run");
  reply(view(run_status::completed, {"claude", "--resume", "b1"}));

  others({next});

  const auto why = program_->err.line().value_or("");
  EXPECT_NE(why.find("also has run r_next, which is queued"), why.npos) << why;
  EXPECT_EQ(program_->exit_code(), exit_failed);
  EXPECT_TRUE(link_.at_end()) << "and nothing was cancelled";
}

TEST_F(attached, TakeoverEndsNothingThatCannotBeGoneOnWith) {
  start({"takeover", run_id});
  called("get_run");
  reply(view(run_status::running));

  const auto why = program_->err.line().value_or("");
  EXPECT_NE(why.find("goes on with in a terminal"), why.npos) << why;
  EXPECT_EQ(program_->exit_code(), exit_failed);
  EXPECT_TRUE(link_.at_end()) << "and nothing was cancelled";
}

} // namespace troupe
