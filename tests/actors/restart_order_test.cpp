#include "tests/actors/slow_journal.hpp"

namespace troupe {
namespace {

struct restart_order : test::slow_house {
  result<restarted_run>
  restart(const std::string& id, const char* mode = "resume", std::string key = "") {
    auto question = by_person<restart_run>({{"run_id", id}, {"mode", mode}});
    question.key = std::move(key);
    return answer<restarted_run>(names, question);
  }
  void order_only(const std::string& id) {
    const auto question = by_person<restart_run>({{"run_id", id}, {"mode", "fresh"}});
    caf::anon_send(caf::actor_cast<caf::actor>(names), question);
    settle();
  }
};

TEST_F(restart_order, EndsTheAttemptAndStartsAnotherAtOnce) {
  const auto id = working({{"restart", {{"max_restarts", 0}}}});

  const auto now = restart(id);
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->next_attempt, 2u);
  advance(ms(4'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0);

  EXPECT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2)) << "over any policy";
  EXPECT_EQ(view(id).attempts.at(0).exit->detail, "a restart was ordered");
  spawned(id, 2);
  prints(json{{"type", "agent_message"}, {"text", "again"}});
  completes(id, 2);
  EXPECT_EQ(view(id).status, run_status::completed);
  const auto all = events(id);
  EXPECT_TRUE(std::ranges::any_of(all, [](const json& e) {
    return e["data"].value("cause", "") == "restarted by order, mode resume";
  }));
}

TEST_F(restart_order, CutsABackOffShort) {
  const auto id = working();
  exits(id, 1);
  ASSERT_EQ(view(id).phase, run_phase::backing_off);

  ASSERT_TRUE(restart(id, "fresh"));
  EXPECT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2));
  advance(ms(60'000));
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 2u) << "the old wait starts nothing";
}

TEST_F(restart_order, IsDoneOnceForOneCall) {
  const auto id = working();
  ASSERT_TRUE(restart(id, "resume", "relay:1"));
  exits(id, 0);
  ASSERT_EQ(view(id).attempts.size(), 2u);

  ASSERT_TRUE(restart(id, "resume", "relay:1"));
  spawned(id, 2);
  exits(id, 0, 2);
  EXPECT_EQ(view(id).attempts.size(), 2u);
}

TEST_F(restart_order, OutlivesASupervisor) {
  const auto id = working();
  ASSERT_TRUE(restart(id));
  die();

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  advance(ms(4'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
  exits(id, 0);
  EXPECT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2));
}

TEST_F(restart_order, IsAnsweredOnceItIsOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  auto asked_for =
    ask(names, by_person<restart_run>({{"run_id", id}, {"mode", "fresh"}}));
  bool answered = false;
  const auto look = [&] {
    asked_for.receive(
      [&](const restarted_run&) { answered = true; }, [](const caf::error&) {});
  };
  settle();
  EXPECT_TRUE(ordered<keeper::kill_order>().empty()) << "not before it is on disk";
  catch_up();
  look();
  EXPECT_TRUE(answered);
}

TEST_F(restart_order, IsObeyedByASuccessorThatFindsTheRunWaiting) {
  const auto id = working();
  exits(id, 1);
  ASSERT_EQ(view(id).phase, run_phase::backing_off);
  disk_speed->slow = true;
  order_only(id);
  die();
  disk_speed->slow = false;

  begin();
  ASSERT_FALSE(ordered<keeper::spawn_order>().empty());
  EXPECT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2));
  spawned(id, 2);
  completes(id, 2);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(restart_order, SparesTheAttemptThatBeganBeforeItWasOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  order_only(id);
  exits(id, 1);
  ASSERT_EQ(ordered<keeper::spawn_order>().back().key, key(id, 2));
  catch_up();
  advance(ms(10'000));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
}

TEST_F(restart_order, LosesAgainstAStop) {
  const auto id = working();
  ASSERT_TRUE(restart(id));
  ASSERT_TRUE(cancel(id));
  exits(id, 0);

  EXPECT_EQ(view(id).status, run_status::cancelled);
}

TEST_F(restart_order, IsRefusedWhenTheRunHasEnded) {
  const auto id = working();
  completes(id);

  const auto now = restart(id);
  ASSERT_FALSE(now);
  EXPECT_THAT(now.error().message, HasSubstr("continue_run"));
}

} // namespace
} // namespace troupe
