#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

struct recovery : one_run {};

TEST_F(recovery, IsTakenOverWithoutTellingAnythingTwice) {
  const auto id = working();
  asks("q");
  const auto before = told(id);
  die();

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  asks("q");

  EXPECT_EQ(told(id), before);
  EXPECT_EQ(view(id).status, run_status::input_required);
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  EXPECT_TRUE(lines_sent().empty());
  EXPECT_EQ(outside.doors_opened, 2);
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(recovery, SaysAgainOnlyWhatTheKeeperDidNotTake) {
  const auto id = working();
  die();

  begin({{.spawned = alive(key(id)), .last_written = 0}});

  EXPECT_THAT(lines_sent(), ElementsAre(R"(1 {"type":"turn","text":"go"})"));
}

TEST_F(recovery, IsLostWhenNobodySawItsEnd) {
  const auto id = working({{"restart", {{"max_restarts", 0}}}});
  die();

  begin();

  EXPECT_EQ(view(id).exit->reason, exit_kind::lost);
}

TEST_F(recovery, StartsTheSameAttemptIfTheKeeperWasNeverToldTo) {
  const auto id = start();
  ASSERT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  die();

  begin();

  ASSERT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  EXPECT_EQ(ordered<keeper::spawn_order>().at(0).key, key(id));
  EXPECT_THAT(lines_sent(), ElementsAre(R"(1 {"type":"turn","text":"go"})"));
  spawned(id);
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(view(id).attempts.size(), 1u);
  EXPECT_EQ(view(id).restarts, 0u);
}

TEST_F(recovery, StartsItAsConfinedAsItWasToBe) {
  (void)start({{"confine", {{"signals", true}}}});
  die();

  begin();

  ASSERT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  const auto fence = ordered<keeper::spawn_order>().at(0).confine;
  ASSERT_TRUE(fence);
  EXPECT_TRUE(fence->signals);
}

TEST_F(recovery, SaysTheNoticeOfARestartThatTheKeeperWasNeverToldOf) {
  const auto id = working();
  exits(id, 1);
  advance(ms(1'000));
  ASSERT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2));
  const auto said = lines_sent();
  die();

  begin();

  ASSERT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  EXPECT_EQ(ordered<keeper::spawn_order>().at(0).key, key(id, 2));
  EXPECT_THAT(lines_sent(), ElementsAre(said.back()));
}

TEST_F(recovery, StartsNothingThatWasStoppedBeforeTheKeeperWasTold) {
  const auto id = start();
  ASSERT_TRUE(cancel(id));
  die();

  begin();

  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  EXPECT_EQ(view(id).status, run_status::cancelled);
}

TEST_F(recovery, IsLostWhenItEndedAndNobodyCanSayHow) {
  const auto id = working({{"restart", {{"max_restarts", 0}}}});
  die();
  keeper::kept_attempt kept{.spawned = alive(key(id)), .last_written = 1};
  kept.exited = keeper::exited_report{.key = key(id), .tree_empty = true};
  kept.gone = keeper::gone_report{.key = key(id), .proof = keeper::tier::cgroup};

  begin({kept});

  EXPECT_EQ(view(id).exit->reason, exit_kind::lost);
}

TEST_F(recovery, TakesTheEndThatTheKeeperSaw) {
  const auto id = working();
  die();
  keeper::kept_attempt kept{.spawned = alive(key(id)), .last_written = 1};
  kept.exited = keeper::exited_report{.key = key(id), .code = 0, .tree_empty = true};
  kept.gone = keeper::gone_report{.key = key(id), .proof = keeper::tier::cgroup};

  begin({kept});

  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(recovery, TakesAnEndThatComesBeforeTheDiskIsRead) {
  const auto id = working();
  die();

  begin_hearing(
    {keeper::kept_report{0, {{.spawned = alive(key(id)), .last_written = 1}}},
     keeper::exited_report{.key = key(id), .code = 0, .tree_empty = true},
     keeper::gone_report{.key = key(id), .proof = keeper::tier::cgroup}});

  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(recovery, StaysStoppedOverADeath) {
  const auto id = working();
  ASSERT_TRUE(cancel(id));
  die();

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  advance(ms(5'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0);
  EXPECT_EQ(view(id).status, run_status::cancelled);
}

TEST_F(recovery, StaysStoppedThoughItEndedMeanwhile) {
  const auto id = working();
  ASSERT_TRUE(cancel(id));
  die();
  keeper::kept_attempt kept{.spawned = alive(key(id)), .last_written = 1};
  kept.exited = keeper::exited_report{.key = key(id), .signal = 15, .tree_empty = true};
  kept.gone = keeper::gone_report{.key = key(id), .proof = keeper::tier::cgroup};

  begin({kept});

  EXPECT_EQ(view(id).status, run_status::cancelled);
  EXPECT_EQ(view(id).attempts.at(0).exit->reason, exit_kind::cancelled);
}

TEST_F(recovery, GoesOnBackingOffOverADeath) {
  outside.next_dice = 1;
  const auto id = working();
  exits(id, 1);
  advance(ms(200));
  die();

  begin();
  advance(ms(299));
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  advance(ms(1));

  EXPECT_EQ(ordered<keeper::spawn_order>().at(0).key, key(id, 2));
}

TEST_F(recovery, EndsOnceThoughItsEndWasNotSaved) {
  const auto id = working();
  completes(id);
  const auto before = told(id);
  auto record = *store::load_run(disk, id);
  die();
  record.view.phase = run_phase::finishing;
  record.view.status = run_status::running;
  ASSERT_TRUE(store::save_run(disk, record));

  begin();

  EXPECT_EQ(told(id), before);
  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(view(id).result->final_response, "done");
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
}

} // namespace
} // namespace troupe
