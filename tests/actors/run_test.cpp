#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

struct run_life : one_run {};

TEST_F(run_life, LivesFromItsStartToItsEnd) {
  const auto id = start();
  EXPECT_EQ(view(id).phase, run_phase::starting);
  spawned(id);
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  EXPECT_EQ(view(id).phase, run_phase::working);
  prints(json{{"type", "run_completed"}, {"final_response", "done"}});
  EXPECT_EQ(view(id).phase, run_phase::finishing);
  exits(id, 0);

  EXPECT_THAT(
    told(id),
    ElementsAre(
      "run_started",
      "starting",
      "working",
      "agent_message",
      "finishing",
      "run_completed",
      "completed"));
  const auto v = view(id);
  EXPECT_EQ(v.status, run_status::completed);
  EXPECT_EQ(v.last_seq, 7u);
  EXPECT_EQ(v.result->final_response, "done");
  EXPECT_EQ(v.attempts.at(0).proof, "cgroup");
  EXPECT_FALSE(std::filesystem::exists(disk.launch_file(id)));
  EXPECT_EQ(ordered<keeper::forget_order>().size(), 1u);
  EXPECT_TRUE(outside.tails.empty());
  EXPECT_TRUE(outside.watchers.empty());
}

TEST_F(run_life, StartsItsAgentWithMarksAndSaysTheTurnOnce) {
  const auto id =
    start({{"env", {{"KEY", "v"}}}, {"limits", {{"memory_mb", 64}, {"processes", 9}}}});

  const auto order = ordered<keeper::spawn_order>().at(0);
  EXPECT_EQ(order.key, key(id));
  EXPECT_THAT(order.argv, ElementsAre("agent"));
  EXPECT_EQ(order.memory_mb, 64u);
  EXPECT_EQ(order.processes, 9u);
  EXPECT_TRUE(order.stdin_open);
  EXPECT_THAT(order.env, ::testing::Contains("TROUPE_RUN_ID=" + id));
  EXPECT_THAT(order.env, ::testing::Contains("KEY=v"));
  EXPECT_THAT(lines_sent(), ElementsAre(R"(1 {"type":"turn","text":"go"})"));
}

TEST_F(run_life, LetsItsAgentLingerThenEndsItsTree) {
  const auto id = working();
  prints(json{{"type", "run_completed"}});
  EXPECT_EQ(ordered<keeper::close_order>().size(), 0u);
  advance(ms(0));
  EXPECT_EQ(ordered<keeper::close_order>().size(), 1u);
  prints(std::string("more\n"));
  advance(ms(9'999));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  advance(ms(1));
  EXPECT_EQ(ordered<keeper::kill_order>().at(0).scope, keeper::kill_scope::main);
  advance(ms(2'000));
  EXPECT_EQ(ordered<keeper::kill_order>().at(1).scope, keeper::kill_scope::tree);
  vanishes(id);

  EXPECT_EQ(view(id).phase, run_phase::completed);
}

TEST_F(run_life, EndsWhatItsAgentLeavesBehind) {
  const auto id = working();
  outside.tell(key(id), keeper::exited_report{.key = key(id), .code = 0});
  settle();

  EXPECT_EQ(ordered<keeper::kill_order>().at(0).scope, keeper::kill_scope::tree);
  EXPECT_FALSE(is_final(view(id).status));
  vanishes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(run_life, AnswersPollsAtOnceOrWhenThereIsNewsOrWhenTimeIsOver) {
  const auto id = working();
  auto first = poll(id, 0);
  EXPECT_EQ(page_of(first).events.size(), 4u);

  auto one = poll(id, 4);
  auto two = poll(id, 4);
  prints(json{{"type", "agent_message"}, {"text", "more"}});
  EXPECT_EQ(page_of(one).events.size(), 1u);
  EXPECT_EQ(page_of(two).next_after_seq, 5u);

  auto late = poll(id, 5, 1000);
  advance(ms(1000));
  const auto empty = page_of(late);
  EXPECT_TRUE(empty.events.empty());
  EXPECT_EQ(empty.next_after_seq, 5u);
  EXPECT_EQ(empty.status, run_status::running);
}

TEST_F(run_life, ServesWhoWaitsForItsEnd) {
  const auto id = working();
  auto waits = poll(id, 5);
  completes(id);

  const auto page = page_of(waits);
  EXPECT_GE(page.events.size(), 1u);
  auto after = poll(id, 7);
  EXPECT_EQ(page_of(after).status, run_status::completed);
}

TEST_F(run_life, IsCancelledByTheLadder) {
  const auto id = working();

  const auto stopping = cancel(id);
  EXPECT_EQ(stopping->phase, run_phase::stopping);
  EXPECT_EQ(stopping->status, run_status::running);
  EXPECT_EQ(store::load_run(disk, id)->stop_reason, "cancelled by order");
  advance(ms(5'000));
  const auto kills = ordered<keeper::kill_order>();
  ASSERT_GE(kills.size(), 2u);
  EXPECT_EQ(kills.front().scope, keeper::kill_scope::main);
  EXPECT_EQ(kills.back().scope, keeper::kill_scope::tree);
  exits(id, 0);

  EXPECT_EQ(view(id).exit->reason, exit_kind::cancelled);
  const auto again = cancel(id);
  EXPECT_EQ(again->status, run_status::cancelled);
  EXPECT_EQ(again->proof, "cgroup");
}

TEST_F(run_life, IsCancelledBeforeItsAgentIsThere) {
  const auto id = start();
  EXPECT_EQ(cancel(id)->phase, run_phase::stopping);
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());

  spawned(id);
  advance(ms(5'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 1);
  EXPECT_EQ(view(id).status, run_status::cancelled);
}

TEST_F(run_life, IsCancelledWhileItAsksAndWhileItFinishes) {
  const auto asking = working();
  asks("q");
  ASSERT_TRUE(cancel(asking));
  exits(asking, 0);
  EXPECT_EQ(view(asking).status, run_status::cancelled);

  const auto finishing = working();
  prints(json{{"type", "run_completed"}, {"final_response", "done"}});
  ASSERT_TRUE(cancel(finishing));
  exits(finishing, 0);
  EXPECT_EQ(view(finishing).status, run_status::cancelled);
}

TEST_F(run_life, IsCancelledAtOnceWhileItBacksOff) {
  const auto id = working();
  exits(id, 1);
  ASSERT_EQ(view(id).phase, run_phase::backing_off);

  ASSERT_TRUE(cancel(id));

  EXPECT_EQ(view(id).status, run_status::cancelled);
  advance(ms(60'000));
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 1u);
}

TEST_F(run_life, TakesAnswersOnceAndForWhatWaits) {
  const auto id = working();
  asks("q1");
  asks("q2");
  EXPECT_EQ(view(id).status, run_status::input_required);

  EXPECT_FALSE(says(
    id,
    {{"role", "user"},
     {"parts",
      json::array(
        {{{"type", "data"},
          {"data", {{"request_id", "q9"}, {"decision", "allow"}}}}})}}));
  ASSERT_TRUE(says(id, "allow"));
  EXPECT_EQ(view(id).status, run_status::input_required);
  ASSERT_TRUE(says(id, "deny: because"));

  EXPECT_EQ(view(id).phase, run_phase::working);
  const auto lines = lines_sent();
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_THAT(lines[1], HasSubstr("q1"));
  EXPECT_THAT(lines[2], HasSubstr("q2"));
  EXPECT_TRUE(says(id, "and now?")) << "a turn that waits for this one";
  EXPECT_EQ(view(id).phase, run_phase::working);
}

TEST_F(run_life, StartsAgainAfterABackOffAndSaysWhy) {
  outside.next_dice = 1;
  const auto id = working();
  exits(id, 3);

  EXPECT_EQ(view(id).phase, run_phase::backing_off);
  EXPECT_THAT(events(id).back()["data"]["cause"], HasSubstr("crashed (code 3)"));
  advance(ms(499));
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  advance(ms(1));
  EXPECT_EQ(ordered<keeper::spawn_order>().at(1).key, key(id, 2));
  spawned(id, 2);
  completes(id, 2);
  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(view(id).restarts, 1u);
}

TEST_F(run_life, StartsAgainAtOnceWithoutABackOff) {
  const auto id = working({{"restart", {{"backoff_ms", 0}}}});
  exits(id, 3);

  EXPECT_EQ(ordered<keeper::spawn_order>().at(1).key, key(id, 2));
  const auto words = told(id);
  EXPECT_THAT(
    std::vector(words.end() - 3, words.end()),
    ElementsAre("backing_off", "resuming", "starting"));
  EXPECT_THAT(events(id).at(4)["data"]["cause"], HasSubstr("crashed (code 3)"));
  EXPECT_EQ(store::load_run(disk, id)->attempts.size(), 2u);
}

TEST_F(run_life, GivesUpWithAdvice) {
  const auto id = working({{"restart", {{"max_restarts", 0}}}});
  exits(id, 3);

  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_THAT(*view(id).error, HasSubstr("Read the end of its error output"));
  EXPECT_THAT(told(id).back(), "failed");
}

TEST_F(run_life, FailsWhenItsAgentCannotBeStarted) {
  const auto id = start();
  outside.tell(key(id), keeper::spawned_report{.key = key(id), .refusal = "no agent"});
  settle();

  EXPECT_EQ(view(id).exit->reason, exit_kind::spawn_failed);
  EXPECT_FALSE(view(id).attempts.at(0).proof);
}

TEST_F(run_life, TriesAgainWhenTheMachineHadNoRoom) {
  const auto id = start();
  outside.tell(
    key(id),
    keeper::spawned_report{.key = key(id), .refusal = "no memory", .retriable = true});
  settle();

  EXPECT_EQ(view(id).phase, run_phase::backing_off);
  advance(ms(60'000));
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 2u);
}

TEST_F(run_life, EndsAHungAgentButNotOneThatWaits) {
  const auto id =
    working({{"limits", {{"idle_s", 5}}}, {"restart", {{"type", "temporary"}}}});
  asks("q");
  advance(ms(60'000));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  ASSERT_TRUE(says(id, "allow"));
  advance(ms(12'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0);

  EXPECT_EQ(view(id).exit->reason, exit_kind::hung);
}

TEST_F(run_life, FailsForGoodWhenItsOwnTimeIsUsedUp) {
  const auto id =
    working({{"limits", {{"wall_s", 5}}}, {"restart", {{"period_s", 1}}}});
  advance(ms(2'000));
  exits(id, 1);
  advance(ms(1'000));
  spawned(id, 2);
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  advance(ms(3'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0, 2);

  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_EQ(view(id).exit->reason, exit_kind::timeout);
  EXPECT_THAT(view(id).exit->detail, HasSubstr("limits.wall_s"));
  EXPECT_THAT(told(id).back(), "failed");
  advance(ms(60'000));
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 2u);
}

TEST_F(run_life, StartsAnAgentAgainThatSaysNothingInTime) {
  const auto id = start({{"limits", {{"startup_s", 5}}}});
  spawned(id);
  advance(ms(4'999));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  advance(ms(1));
  EXPECT_EQ(ordered<keeper::kill_order>().at(0).scope, keeper::kill_scope::main);
  exits(id, 0);

  EXPECT_EQ(view(id).phase, run_phase::backing_off);
  EXPECT_EQ(view(id).attempts.at(0).exit->reason, exit_kind::hung);
  EXPECT_THAT(view(id).attempts.at(0).exit->detail, HasSubstr("limits.startup_s"));
}

TEST_F(run_life, EndsATurnThatTakesTooLong) {
  const auto id = working({{"limits", {{"turn_s", 5}, {"startup_s", 1}}}});
  for (int s = 1; s < 5; ++s) {
    advance(ms(1'000));
    prints(json{{"type", "agent_message"}, {"text", "busy"}});
  }
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  advance(ms(1'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0);

  EXPECT_EQ(view(id).phase, run_phase::backing_off);
  EXPECT_EQ(view(id).attempts.at(0).exit->reason, exit_kind::timeout);
  EXPECT_THAT(view(id).attempts.at(0).exit->detail, HasSubstr("limits.turn_s"));
}

TEST_F(run_life, AnOrderWinsOverAClock) {
  const auto id = working({{"limits", {{"wall_s", 2}}}});
  ASSERT_TRUE(cancel(id));
  advance(ms(4'000));
  exits(id, 0);

  EXPECT_EQ(view(id).attempts.at(0).exit->reason, exit_kind::cancelled);
}

TEST_F(run_life, WarnsOfACutTranscriptAndGoesOn) {
  const auto id = working();
  auto& tail = outside.tails.rbegin()->second;
  const auto agent = caf::actor_cast<caf::actor>(tail.who);
  caf::anon_send(
    agent,
    transcript_chunk{{}, outside.tails.rbegin()->first, 3, "", true, 1ULL << 40});
  settle();

  EXPECT_EQ(told(id).back(), "warning");
  EXPECT_EQ(events(id).back()["data"]["kind"], "transcript_truncated");
}

TEST_F(run_life, LosesNothingWhenTheDiskFailsForAWhile) {
  const auto id = working();
  die();
  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  const auto file = disk.events_file(id);
  const auto aside = dir / "aside";
  std::filesystem::rename(file, aside);
  std::filesystem::create_directory(file);

  prints(json{{"type", "agent_message"}, {"text", "second"}});
  prints(json{{"type", "agent_message"}, {"text", "third"}});
  EXPECT_EQ(view(id).last_seq, 4u);
  advance(ms(3'000));
  EXPECT_EQ(view(id).last_seq, 4u);
  EXPECT_EQ(outside.tails.rbegin()->second.credit, 0);
  std::filesystem::remove(file);
  std::filesystem::rename(aside, file);
  advance(ms(1'000));

  EXPECT_EQ(view(id).last_seq, 6u);
  EXPECT_EQ(events(id).back()["data"]["text"], "third");
}

} // namespace
} // namespace troupe
