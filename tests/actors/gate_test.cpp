#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

using ::testing::Not;

/// Many runs that fail of one cause, or share one account.
struct gate : one_run {
  std::vector<std::string> crowd(int many) {
    std::vector<std::string> ids;
    for (int i = 0; i < many; ++i) {
      ids.push_back(start());
      spawned(ids.back());
    }
    return ids;
  }
  void crash(const std::vector<std::string>& ids) {
    for (const auto& id : ids)
      exits(id, 7);
  }
  std::size_t starts(std::uint32_t n) const {
    std::size_t found = 0;
    for (const auto& each : ordered<keeper::spawn_order>())
      found += each.key.attempt == n ? 1 : 0;
    return found;
  }
  std::string last_cause(const std::string& id) {
    return events(id).back()["data"].value("cause", "");
  }
  std::vector<std::string> waiting(const std::vector<std::string>& ids) {
    std::vector<std::string> found;
    for (const auto& id : ids)
      if (view(id).waits_for)
        found.push_back(id);
    return found;
  }
  /// A run whose agent knows of usage limits; of the account of this home.
  std::string claude(const std::string& home = "/home/one") {
    return start(of_claude({{"env", {{"HOME", home}}}}));
  }
  void reaches_limit(const std::string& id, int ends_in_s, std::uint32_t n = 1) {
    const auto until = outside.wall().ms / 1000 + ends_in_s;
    prints(json{
      {"type", "result"},
      {"subtype", "success"},
      {"is_error", true},
      {"result", "Claude AI usage limit reached|" + std::to_string(until)},
      {"session_id", "conversation"}});
    exits(id, 0, n);
  }
};

TEST_F(gate, SendsOneProbeWhereManyFailedAndThenTheRest) {
  const auto ids = crowd(5);
  crash(ids);
  advance(ms(5'000));

  EXPECT_EQ(starts(2), 1u);
  const auto rest = waiting(ids);
  ASSERT_EQ(rest.size(), 4u);
  EXPECT_EQ(view(rest[0]).phase, run_phase::backing_off);
  EXPECT_THAT(*view(rest[0]).waits_for, HasSubstr("waits for the probe of incident 1"));
  EXPECT_THAT(*view(rest[0]).waits_for, HasSubstr("crashed (code 7)"));
  EXPECT_THAT(*view(rest[0]).waits_for, HasSubstr("5 runs since"));
  EXPECT_EQ(last_cause(rest[0]), view(rest[0]).waits_for);
  const auto list = answer<run_page>(names, by_person<list_runs>(json::object()));
  const auto told = std::ranges::count_if(list->runs, [](const run_brief& each) {
    return each.summary.starts_with("waits for the probe of incident 1");
  });
  EXPECT_EQ(told, 4);

  advance(ms(16'000));
  EXPECT_GE(starts(2), 2u);
  EXPECT_LT(starts(2), 5u) << "all at once";
  advance(ms(4'000));
  EXPECT_EQ(starts(2), 5u);
  EXPECT_TRUE(waiting(ids).empty());
}

TEST_F(gate, SendsTheNextProbeLaterWhenOneFails) {
  const auto ids = crowd(3);
  crash(ids);
  advance(ms(2'000));
  ASSERT_EQ(starts(2), 1u);
  const auto probe = ordered<keeper::spawn_order>().back().key.run_id;
  spawned(probe, 2);
  exits(probe, 7, 2);
  const auto rest = waiting(ids);

  ASSERT_EQ(rest.size(), 2u);
  EXPECT_THAT(last_cause(rest[0]), HasSubstr("1 probes have failed"));
  advance(ms(5'000));
  EXPECT_EQ(starts(2) + starts(3), 1u);
  advance(ms(5'000));
  EXPECT_EQ(starts(2), 2u) << "the next probe is another run";
}

TEST_F(gate, LeavesOneRunThatKeepsFailingAlone) {
  const auto ids = crowd(2);
  for (std::uint32_t n = 1; n < 4; ++n) {
    exits(ids[0], 7, n);
    advance(ms(5'000));
    spawned(ids[0], n + 1);
  }
  EXPECT_EQ(view(ids[0]).attempts.size(), 4u);
  EXPECT_FALSE(view(ids[1]).waits_for);
}

TEST_F(gate, ReleasesTheRestWhenTheProbeIsDone) {
  const auto ids = crowd(3);
  crash(ids);
  advance(ms(2'000));
  const auto probe = ordered<keeper::spawn_order>().back().key.run_id;
  spawned(probe, 2);
  completes(probe, 2);

  advance(ms(600));
  EXPECT_EQ(starts(2), 3u);
}

TEST_F(gate, CancelsWhatWaits) {
  const auto ids = crowd(3);
  crash(ids);
  advance(ms(2'000));
  const auto rest = waiting(ids);
  ASSERT_EQ(rest.size(), 2u);

  ASSERT_TRUE(cancel(rest[0]));

  EXPECT_EQ(view(rest[0]).status, run_status::cancelled);
  EXPECT_FALSE(view(rest[0]).waits_for);
  advance(ms(60'000));
  EXPECT_EQ(starts(2), 2u);
}

TEST_F(gate, IsFoundAgainByASuccessor) {
  const auto ids = crowd(4);
  crash(ids);
  die();

  begin();
  advance(ms(3'000));

  EXPECT_EQ(starts(2), 1u) << "the others wait for this one";
  EXPECT_EQ(waiting(ids).size(), 3u);
  advance(ms(25'000));
  EXPECT_EQ(starts(2), 4u);
}

TEST_F(gate, ParksTheSiblingsOfAnAccountAndSendsOneOfThemFirst) {
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);
  const auto second = claude();
  const auto third = claude();
  const auto other = claude("/home/two");

  EXPECT_EQ(starts(1), 2u) << "the first, and the other account";
  EXPECT_EQ(view(other).phase, run_phase::starting);
  EXPECT_EQ(view(second).status, run_status::queued);
  EXPECT_THAT(
    *view(second).waits_for, HasSubstr("usage limit of account claude_code:/home/one"));
  EXPECT_THAT(*view(third).waits_for, HasSubstr("1 of it go first"));
  advance(ms(3'599'999));
  EXPECT_EQ(starts(1), 2u);
  advance(ms(1));
  EXPECT_EQ(starts(1) + starts(2), 3u);
  advance(ms(19'999));
  EXPECT_EQ(starts(1) + starts(2), 3u);
  advance(ms(1));
  EXPECT_EQ(starts(1) + starts(2), 4u);
  advance(ms(1'000));
  EXPECT_EQ(starts(1), 4u);
  EXPECT_EQ(starts(2), 1u);
  EXPECT_THAT(told(second), ElementsAre("run_started", "queued", "starting"));
}

TEST_F(gate, KeepsSiblingsWaitingWhenTheFirstMeetsTheLimitAgain) {
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);
  const auto second = claude();
  advance(ms(3'600'000));
  ASSERT_EQ(starts(1) + starts(2), 2u);
  const auto probe = ordered<keeper::spawn_order>().back().key;
  spawned(probe.run_id, probe.attempt);
  reaches_limit(probe.run_id, 7'200, probe.attempt);

  advance(ms(7'199'999));
  EXPECT_EQ(starts(1) + starts(2), 2u);
  EXPECT_TRUE(view(second).waits_for || view(first).waits_for);
  advance(ms(1));
  EXPECT_EQ(starts(1) + starts(2) + starts(3), 3u);
}

TEST_F(gate, SendsTheRestOnceTheFirstIsDone) {
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);
  const auto second = claude();
  advance(ms(3'600'000));
  const auto probe = ordered<keeper::spawn_order>().back().key;
  const auto other = probe.run_id == first ? second : first;
  spawned(probe.run_id, probe.attempt);
  prints(json{
    {"type", "result"}, {"subtype", "success"}, {"is_error", false}, {"result", "42"}});
  exits(probe.run_id, 0, probe.attempt);

  advance(ms(10));
  EXPECT_EQ(ordered<keeper::spawn_order>().back().key.run_id, other);
}

TEST_F(gate, ObeysAnOrderToRestartAtOnce) {
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);
  const auto second = claude();
  ASSERT_TRUE(answer<restarted_run>(
    names, by_person<restart_run>({{"run_id", first}, {"mode", "fresh"}})));

  EXPECT_EQ(starts(2), 1u);
  EXPECT_FALSE(view(first).waits_for);
  EXPECT_THAT(
    answer<restarted_run>(names, by_person<restart_run>({{"run_id", second}}))
      .error()
      .message,
    HasSubstr("has not begun: it waits for the end of the usage limit"));
}

TEST_F(gate, RemembersALimitOverADeath) {
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);
  const auto second = claude();
  die();

  begin();
  const auto third = claude();
  EXPECT_TRUE(view(second).waits_for);
  EXPECT_TRUE(view(third).waits_for);
  EXPECT_EQ(starts(1), 0u);
  advance(ms(3'700'000));
  EXPECT_EQ(starts(1), 2u);
  EXPECT_EQ(starts(2), 1u);
}

TEST_F(gate, LeavesThoseThatRunAlone) {
  const auto second = claude();
  spawned(second);
  const auto first = claude();
  spawned(first);
  reaches_limit(first, 3'600);

  EXPECT_EQ(view(second).phase, run_phase::starting);
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());
  EXPECT_FALSE(view(second).waits_for);
}

} // namespace
} // namespace troupe
