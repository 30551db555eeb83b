#include "actors/notifier.hpp"

#include "actors/new_run.hpp"
#include "store/notices.hpp"
#include "tests/actors/house.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace troupe::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

/// A run whose agent asks and ends, and a command that wants to hear of it.
struct notified : house {
  std::string start_notified(json policy = {{"command", {"bell", "-v"}}}) {
    const auto id = start({{"notify", std::move(policy)}});
    spawned(id);
    return id;
  }

  void asks() {
    prints(json{{"type", "input_required"}, {"request_id", "q"}, {"title", "May I?"}});
  }

  /// The keeper's orders to run the command.
  std::vector<keeper::spawn_order> begun() const {
    auto all = ordered<keeper::spawn_order>();
    std::erase_if(all, [](const auto& o) { return !o.key.run_id.starts_with("n_"); });
    return all;
  }

  json told_to(const keeper::attempt_key& key) const {
    for (const auto& each : ordered<keeper::write_order>())
      if (each.key == key)
        return *parse_json(each.line);
    return {};
  }

  void bell_ends(const keeper::attempt_key& key, int code) {
    outside.tell(key, alive(key));
    outside.tell(key, keeper::exited_report{.key = key, .code = code});
    outside.tell(
      key,
      keeper::gone_report{
        .key = key, .proof = keeper::tier::cgroup, .at = outside.wall()});
    settle();
  }

  [[nodiscard]] std::size_t on_disk() const { return store::load_notices(disk).size(); }
};

TEST_F(notified, HearsThatAnAgentAsks) {
  const auto id = start_notified();
  EXPECT_TRUE(begun().empty());
  asks();

  ASSERT_EQ(begun().size(), 1U);
  const auto order = begun()[0];
  EXPECT_EQ(order.argv, (std::vector<std::string>{"bell", "-v"}));
  EXPECT_EQ(order.cwd, "/");
  EXPECT_THAT(order.env, Contains("TROUPE_RUN_ID=" + id));
  EXPECT_THAT(order.env, Contains("TROUPE_EVENT=attention"));
  const auto body = told_to(order.key);
  EXPECT_EQ(body["event"], "attention");
  EXPECT_EQ(body["run_id"], id);
  EXPECT_EQ(body["status"], "input_required");
  EXPECT_EQ(body["pending"][0]["title"], "May I?");
  EXPECT_EQ(on_disk(), 1U);
  bell_ends(order.key, 0);
  EXPECT_EQ(on_disk(), 0U);
  EXPECT_EQ(ordered<keeper::forget_order>().front().key, order.key);
}

TEST_F(notified, HearsOfTheEndOnceThatIsOnTheDisk) {
  const auto id = start_notified({{"command", {"bell"}}, {"on", {"end"}}});
  asks();
  EXPECT_TRUE(begun().empty());
  completes(id);

  ASSERT_EQ(begun().size(), 1U);
  const auto body = told_to(begun()[0].key);
  EXPECT_EQ(body["event"], "end");
  EXPECT_EQ(body["status"], "completed");
  EXPECT_EQ(body["final_response"], "done");
  EXPECT_EQ(body["exit"]["reason"], "completed");
}

TEST_F(notified, IsTriedThreeTimesAndThenTheRunSaysSo) {
  const auto id = start_notified();
  asks();
  for (std::size_t n = 1; n <= 3; ++n) {
    ASSERT_EQ(begun().size(), n);
    EXPECT_TRUE(begun().back().key.run_id.ends_with("-" + std::to_string(n)));
    bell_ends(begun().back().key, 3);
    advance(ms(20'000));
  }

  EXPECT_EQ(begun().size(), 3U);
  EXPECT_EQ(on_disk(), 0U);
  const auto last = events(id).back();
  EXPECT_EQ(last["type"], "warning");
  EXPECT_EQ(last["data"]["kind"], "notify_failed");
  EXPECT_THAT(last["data"]["message"].get<std::string>(), HasSubstr("exited with 3"));
  EXPECT_EQ(view(id).status, run_status::input_required);
}

TEST_F(notified, IsEndedWithItsTreeAtItsDeadline) {
  start_notified({{"command", {"bell"}}, {"timeout_s", 5}});
  asks();
  const auto key = begun().at(0).key;
  outside.tell(key, alive(key));
  advance(ms(4'000));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  advance(ms(1'000));

  ASSERT_EQ(ordered<keeper::kill_order>().size(), 1U);
  EXPECT_EQ(ordered<keeper::kill_order>()[0].key, key);
  EXPECT_EQ(ordered<keeper::kill_order>()[0].scope, keeper::kill_scope::tree);
}

TEST_F(notified, IsToldAgainByTheSuccessorOfADeadSupervisor) {
  const auto id = start_notified();
  asks();
  const auto before = begun().at(0).key;
  die();
  begin({{.spawned = alive(key(id)), .exited = {}, .gone = {}}});

  ASSERT_EQ(begun().size(), 1U);
  auto after = begun()[0].key.run_id;
  EXPECT_TRUE(after.ends_with("-2")) << after;
  after.back() = '1';
  EXPECT_EQ(after, before.run_id);
  bell_ends(begun()[0].key, 0);
  die();
  begin({{.spawned = alive(key(id)), .exited = {}, .gone = {}}});
  EXPECT_TRUE(begun().empty());
}

TEST_F(notified, RunsAtMostEightCommandsAtOnce) {
  std::vector<std::string> ids;
  for (int i = 0; i < 10; ++i) {
    ids.push_back(start_notified());
    asks();
  }
  ASSERT_EQ(begun().size(), 8U);
  bell_ends(begun()[0].key, 0);

  EXPECT_EQ(begun().size(), 9U);
}

TEST_F(notified, KeepsTheDeadlineOfOneCommandWhenAnotherEnds) {
  for (int i = 0; i < 2; ++i) {
    start_notified({{"command", {"bell"}}, {"timeout_s", 5}});
    asks();
  }
  const auto stuck = begun().at(0).key;
  outside.tell(stuck, alive(stuck));
  bell_ends(begun().at(1).key, 0);
  advance(ms(5'000));

  const auto kills = ordered<keeper::kill_order>();
  EXPECT_TRUE(
    std::ranges::any_of(kills, [&](const auto& o) { return o.key == stuck; }));
}

TEST_F(notified, IsConfiguredForAllRunsAndRefusedToAgents) {
  die();
  config.notify = notify_policy{.command = {"bell"}};
  begin();
  const auto id = start();
  spawned(id);
  asks();
  EXPECT_EQ(begun().size(), 1U);

  spawn_run by_agent{.backend = "process"};
  by_agent.notify = notify_policy{.command = {"evil"}};
  const auto refused = check_rights(by_agent, {.backend = "process"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("only a person may choose"));
}

} // namespace
} // namespace troupe::test
