#include "tests/actors/one_run.hpp"

#include <chrono>

namespace troupe {
namespace {

using namespace std::chrono_literals;
using ::testing::IsEmpty;

/// A run of forty seconds' patience, and what is told of its ladder.
struct hanging : one_run {
  static json patient(json more = json::object()) {
    json wanted{{"limits", {{"idle_s", 40}}}, {"restart", {{"type", "temporary"}}}};
    wanted.merge_patch(more);
    return wanted;
  }

  /// The steps in order, of warnings alone.
  std::vector<std::string> steps(const std::string& id) {
    std::vector<std::string> found;
    for (const auto& each : events(id))
      if (each["type"] == "warning" && each["data"].contains("step"))
        found.push_back(each["data"]["step"]);
    return found;
  }

  json last_warning(const std::string& id) {
    json found;
    for (const auto& each : events(id))
      if (each["type"] == "warning")
        found = each["data"];
    return found;
  }

  std::size_t looks() const { return ordered<keeper::sample_order>().size(); }

  /// Its processes compute half of the time.
  void work(ms span) {
    for (ms done{0}; done < span; done += 500ms) {
      outside.use->cpu_ms += 250;
      advance(500ms);
    }
  }
};

TEST_F(hanging, ClimbsTheWholeLadderAndTellsEachStepWithItsCause) {
  const auto id = working(patient());
  advance(39'999ms);
  EXPECT_THAT(steps(id), ElementsAre("warn", "nudge"));
  EXPECT_THAT(lines_sent().back(), HasSubstr(R"("type":"nudge")"));
  advance(1ms);
  advance(6s);
  EXPECT_THAT(
    steps(id), ElementsAre("warn", "nudge", "end", "close_stdin", "terminate", "kill"));
  const auto kill = last_warning(id);
  EXPECT_EQ(kill["kind"], "hung");
  EXPECT_THAT(
    kill["message"].get<std::string>(),
    HasSubstr("kills all its processes: said nothing for 40 s"));
  exits(id, 137);
  EXPECT_EQ(view(id).exit->reason, exit_kind::hung);
}

TEST_F(hanging, HearsWhatWasSaidBeforeItsStartWasTold) {
  const auto id = start(patient());
  prints(json{{"type", "tool_started"}, {"tool_use_id", "t"}, {"tool", "slow"}});
  spawned(id);
  advance(600s);
  EXPECT_THAT(steps(id), IsEmpty());
}

TEST_F(hanging, StopsItsClocksForWhoAskedBeforeItsStartWasTold) {
  const auto id = start(patient());
  asks("q1");
  spawned(id);
  advance(600s);
  EXPECT_THAT(steps(id), IsEmpty());
  EXPECT_EQ(view(id).status, run_status::input_required);
}

TEST_F(hanging, NudgesNobodyWhoTakesNoMessages) {
  const auto id =
    working(patient({{"backend_config", {{"command", {"agent"}}, {"stdin", "text"}}}}));
  advance(39s);
  EXPECT_THAT(steps(id), ElementsAre("warn"));
}

TEST_F(hanging, GoesOnWithAnAgentThatAnswersTheNudge) {
  const auto id = working(patient());
  advance(31s);
  ASSERT_THAT(steps(id), ElementsAre("warn", "nudge"));
  prints(json{{"type", "agent_message"}, {"text", "yes"}});
  advance(39s);
  EXPECT_THAT(steps(id), ElementsAre("warn", "nudge", "warn", "nudge"));
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(hanging, EndsAnAgentThatTakesTheNudgeAndDoesNothingWithIt) {
  const auto id =
    start(patient({{"backend", "codex"}, {"backend_config", json::object()}}));
  spawned(id);
  prints(json{{"id", "initialize"}, {"result", json::object()}});
  prints(json{{"id", "thread"}, {"result", {{"thread", {{"id", "t1"}}}}}});
  prints(json{{"id", "turn 1"}, {"result", {{"turn", {{"id", "u1"}}}}}});
  advance(31s);
  ASSERT_THAT(lines_sent().back(), HasSubstr(R"("id":"steer 1")"));
  prints(json{{"id", "steer 1"}, {"result", {{"turnId", "u1"}}}});
  advance(9s);
  EXPECT_EQ(steps(id).at(2), "end");
}

TEST_F(hanging, AcceptsAResultThatComesWhileTheLadderClimbs) {
  const auto id = working(patient());
  advance(41s);
  ASSERT_EQ(view(id).phase, run_phase::working);
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(view(id).result->final_response, "done");
}

TEST_F(hanging, AcceptsALateResultEvenAfterTheTimeOfTheWholeRun) {
  const auto id = working({{"limits", {{"wall_s", 5}}}});
  advance(5s);
  ASSERT_THAT(steps(id), ElementsAre("end", "close_stdin", "terminate"));
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(hanging, LeavesAnAgentAloneWhoseProcessesWorkAndEndsItInTheEnd) {
  const auto id = working(patient());
  work(79s);
  EXPECT_THAT(steps(id), IsEmpty());
  work(80s);
  EXPECT_THAT(steps(id), ElementsAre("warn", "nudge"));
  work(2s);
  EXPECT_EQ(steps(id).at(2), "end");
  EXPECT_THAT(
    last_warning(id)["message"].get<std::string>(),
    HasSubstr("although its processes worked"));
}

TEST_F(hanging, LetsAToolCallTakeItsTimeInSilence) {
  const auto id = working(patient());
  prints(json{{"type", "tool_started"}, {"tool_use_id", "t"}});
  advance(1h);
  EXPECT_THAT(steps(id), IsEmpty());
  EXPECT_EQ(looks(), 0u);
  prints(json{{"type", "tool_finished"}, {"tool_use_id", "t"}});
  advance(41s);
  EXPECT_EQ(steps(id).at(2), "end");
}

TEST_F(hanging, EndsAToolCallAtItsOwnLimitAndNoLaterThanThat) {
  const auto id = working(patient({{"limits", {{"tool_s", 90}}}}));
  prints(json{{"type", "tool_started"}, {"tool_use_id", "t"}});
  advance(89'999ms);
  EXPECT_THAT(steps(id), IsEmpty());
  advance(1ms);
  EXPECT_THAT(steps(id), ElementsAre("end", "close_stdin", "terminate"));
  advance(6s);
  exits(id, 137);
  EXPECT_EQ(view(id).exit->reason, exit_kind::timeout);
  EXPECT_THAT(view(id).exit->detail, HasSubstr("limits.tool_s"));
}

TEST_F(hanging, LooksAtTheProcessesOnlyWhenAClockIsNear) {
  const auto id = working();
  for (int i = 0; i < 60; ++i) {
    advance(1min);
    prints(json{{"type", "agent_message"}, {"text", "on it"}});
  }
  EXPECT_EQ(looks(), 0u) << "a minute of silence is no reason";
  advance(1h);
  EXPECT_EQ(looks(), 8u);
  EXPECT_THAT(steps(id), ElementsAre("warn"));
}

TEST_F(hanging, DoesWithoutAKeeperThatAnswers) {
  const auto id = working(patient());
  outside.use.reset();
  advance(40s);
  EXPECT_EQ(steps(id).at(2), "end");
  EXPECT_LE(looks(), 8u);
}

struct crowded : hanging {
  std::string limited(std::uint32_t processes, bool by_kernel) {
    const auto id = start(
      {{"limits", {{"processes", processes}}}, {"restart", {{"type", "temporary"}}}});
    auto report = alive(key(id));
    report.processes_limited = by_kernel;
    tell_both(key(id), report);
    return id;
  }
};

TEST_F(crowded, WarnsWhereNoKernelHoldsTheLimit) {
  const auto held = limited(9, true);
  EXPECT_THAT(told(held), ::testing::Not(::testing::Contains("warning")));
  const auto loose = limited(9, false);
  EXPECT_THAT(told(loose), ::testing::Contains("warning"));
}

TEST_F(crowded, IsNamedBesideTheReason) {
  const auto id = limited(9, true);
  outside.tell(
    key(id),
    keeper::exited_report{
      .key = key(id), .code = 1, .tree_empty = true, .forks_refused = 3});
  settle();
  vanishes(id);
  EXPECT_EQ(view(id).exit->reason, exit_kind::crashed);
  EXPECT_THAT(
    view(id).exit->detail,
    HasSubstr("limits.processes (9) refused a fork or thread 3 times"));
}

struct watched_memory : hanging {
  std::string limited(std::uint32_t memory_mb, bool by_kernel) {
    const auto id = start(
      {{"limits", {{"memory_mb", memory_mb}}}, {"restart", {{"type", "temporary"}}}});
    auto report = alive(key(id));
    report.memory_limited = by_kernel;
    tell_both(key(id), report);
    return id;
  }
};

TEST_F(watched_memory, EndsATreeThatNoKernelHoldsAtOnce) {
  const auto id = limited(100, false);
  outside.use->memory_mb = 90;
  advance(2s);
  EXPECT_THAT(ordered<keeper::kill_order>(), IsEmpty());
  outside.use->memory_mb = 101;
  advance(250ms);
  const auto kills = ordered<keeper::kill_order>();
  ASSERT_EQ(kills.size(), 1u);
  EXPECT_EQ(kills[0].scope, keeper::kill_scope::tree);
  exits(id, 137);

  const auto shown = view(id);
  EXPECT_EQ(shown.exit->reason, exit_kind::oom);
  EXPECT_THAT(shown.exit->detail, HasSubstr("101 MiB, more than the limit of 100 MiB"));
  EXPECT_EQ(shown.attempts[0].oom_proof, "watchdog");
  EXPECT_EQ(shown.attempts[0].peak_memory_mb, 101u);
  EXPECT_EQ(looks(), 7u) << "at the start, a second later, then four a second";
}

TEST_F(watched_memory, IsLeftToAKernelThatHoldsIt) {
  limited(100, true);
  outside.use->memory_mb = 500;
  advance(1min);
  EXPECT_EQ(looks(), 0u);
}

TEST_F(watched_memory, IsNamedAfterTheCounterThatProvedIt) {
  const auto id = limited(100, true);
  outside.tell(
    key(id),
    keeper::exited_report{
      .key = key(id),
      .code = 42,
      .tree_empty = true,
      .peak_memory_mb = 100,
      .oom = "proved"});
  settle();
  vanishes(id);
  EXPECT_EQ(view(id).exit->reason, exit_kind::oom);
  EXPECT_EQ(view(id).attempts[0].oom_proof, "counter");
  EXPECT_FALSE(view(id).attempts[0].memory_mb);
}

TEST_F(watched_memory, IsShownWhileTheRunLivesAndLookedAtOnceASecondAtMost) {
  const auto id = working();
  outside.use->memory_mb = 70;
  outside.use->peak_memory_mb = 80;
  for (int i = 0; i < 5; ++i) {
    const auto shown = view(id);
    EXPECT_EQ(shown.attempts[0].memory_mb, 70u);
    EXPECT_EQ(shown.attempts[0].peak_memory_mb, 80u);
  }
  EXPECT_EQ(looks(), 1u);
  outside.use->memory_mb = 60;
  advance(1s);
  EXPECT_EQ(view(id).attempts[0].memory_mb, 60u);
}

TEST_F(watched_memory, KeepsNobodyWaitingForAKeeperThatDoesNotAnswer) {
  const auto id = working();
  outside.use.reset();
  auto asked_for = ask(names, by_person<get_run>({{"run_id", id}}));
  advance(500ms);
  bool answered = false;
  asked_for.receive(
    [&](const run_view& shown) {
      answered = true;
      EXPECT_FALSE(shown.attempts[0].memory_mb);
    },
    [](const caf::error& e) { ADD_FAILURE() << from_caf(e).message; });
  EXPECT_TRUE(answered);
}

struct spending : hanging {
  void spends(std::uint32_t turns) {
    prints(json{
      {"type", "usage"},
      {"turns", turns},
      {"usage", {{"input_tokens", 100 * turns}, {"output_tokens", turns}}}});
  }
};

TEST_F(spending, WarnsOnceThenStopsTheAttemptForGood) {
  const auto id = working({{"limits", {{"turns", 10}}}});
  spends(7);
  EXPECT_THAT(steps(id), IsEmpty());
  spends(8);
  spends(9);
  spends(10);
  EXPECT_THAT(steps(id), ElementsAre("warn"));
  EXPECT_EQ(last_warning(id)["kind"], "budget");
  spends(11);
  EXPECT_EQ(steps(id).at(1), "end");
  advance(6s);
  exits(id, 137);

  const auto shown = view(id);
  EXPECT_EQ(shown.status, run_status::failed);
  EXPECT_EQ(shown.exit->reason, exit_kind::budget);
  EXPECT_EQ(shown.restarts, 0u);
  EXPECT_EQ(shown.attempts[0].usage->turns, 11u);
  EXPECT_EQ(shown.attempts[0].usage->tokens.input_tokens, 1100u);
}

TEST_F(spending, IsCountedOverAllAttemptsOfARun) {
  const auto id = working({{"limits", {{"tokens", 1'000}}}});
  spends(5);
  exits(id, 3);
  advance(5s);
  spawned(id, 2);
  spends(4);
  EXPECT_THAT(steps(id), ElementsAre("warn")) << "505 and 404 of 1000";
  spends(5);
  EXPECT_THAT(events(id), ::testing::Contains(::testing::Truly([](const json& each) {
                return each["type"] == "warning" && each["data"]["kind"] == "budget" &&
                       each["data"]["step"] == "end" && each["data"]["attempt"] == 2;
              })));
}

TEST_F(spending, LetsAResultWinThatSpentTooMuch) {
  const auto id = working({{"limits", {{"tokens", 10}}}});
  prints(json{
    {"type", "run_completed"},
    {"final_response", "dear"},
    {"usage", {{"output_tokens", 11}}}});
  exits(id, 0);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(spending, IsHeldByASuccessorTooWhichWarnsOnceMoreAtMost) {
  const auto id = working({{"limits", {{"turns", 10}}}});
  spends(8);
  ASSERT_THAT(steps(id), ElementsAre("warn"));
  const json said{{"type", "agent_message"}, {"text", "hello"}};
  die();
  begin({{.spawned = alive(key(id)), .exited = {}, .gone = {}, .last_written = 1}});
  prints(said);
  spends(8);
  spends(9);
  EXPECT_LE(steps(id).size(), 2u);
  spends(11);
  EXPECT_THAT(steps(id), ::testing::Contains("end"));
}

} // namespace
} // namespace troupe
