#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

constexpr std::uint64_t mib = 1 << 20;

/// A daemon that takes on two runs at a time, and three more that wait.
struct admitting : one_run {
  void SetUp() override {
    config.limits.live_runs = 2;
    config.limits.queue = 3;
    config.limits.depth = 2;
    begin();
  }
  std::vector<std::string> started() const {
    std::vector<std::string> ids;
    for (const auto& each : ordered<keeper::spawn_order>())
      ids.push_back(each.key.run_id);
    return ids;
  }
  std::string child(const std::string& parent) {
    auto wanted = request();
    wanted.who =
      std::make_shared<caller>(caller{.run_id = parent, .depth = 1, .cwd = "/"});
    auto made = answer<spawned_run>(boss, wanted);
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->run_id : "";
  }
  std::string refusal() {
    auto made = answer<spawned_run>(boss, request());
    EXPECT_FALSE(made);
    return made ? "" : made.error().message;
  }
};

TEST_F(admitting, LetsMoreWaitAndStartsThemInOrderAsPlacesAreFree) {
  const auto a = start();
  const auto b = start();
  spawned(b);
  const auto c = start();
  const auto d = start();
  EXPECT_THAT(started(), ElementsAre(a, b));
  EXPECT_EQ(view(c).status, run_status::queued);
  EXPECT_THAT(*view(c).waits_for, HasSubstr("2 runs may be live (limits.live_runs"));
  EXPECT_EQ(events(c).back()["data"]["cause"], view(c).waits_for);

  completes(b);

  EXPECT_THAT(started(), ElementsAre(a, b, c));
  EXPECT_FALSE(view(c).waits_for);
  EXPECT_THAT(told(c), ElementsAre("run_started", "queued", "starting"));
  EXPECT_TRUE(view(d).waits_for);
}

TEST_F(admitting, RefusesWhatIsTooMuchAndSaysWhatToDo) {
  for (int i = 0; i < 5; ++i)
    start();
  EXPECT_THAT(
    refusal(),
    HasSubstr("5 runs are live or wait for a place, the limit is 2 (limits.live_runs) "
              "and 3 (limits.queue in troupe.yml); wait for one to end or cancel one"));
}

TEST_F(admitting, KeepsThePlaceOfARunThatRestarts) {
  const auto a = start();
  spawned(a);
  start();
  const auto c = start();
  exits(a, 7);
  EXPECT_EQ(view(a).phase, run_phase::backing_off);
  EXPECT_TRUE(view(c).waits_for);
  advance(ms(60'000));
  EXPECT_EQ(started().back(), a);
}

TEST_F(admitting, AlwaysStartsTheOnlyChildOfALiveRun) {
  const auto a = start();
  start();
  const auto of_a = child(a);
  const auto second = child(a);
  EXPECT_EQ(started().back(), of_a) << "or a would wait for ever";
  EXPECT_TRUE(view(second).waits_for);
}

TEST_F(admitting, CancelsWhatWaits) {
  start();
  start();
  const auto c = start();
  ASSERT_TRUE(cancel(c));
  EXPECT_EQ(view(c).status, run_status::cancelled);
  EXPECT_EQ(started().size(), 2u);
}

TEST_F(admitting, CountsAgainAfterADeath) {
  const auto a = start();
  spawned(a);
  const auto b = start();
  spawned(b);
  const auto c = start();
  die();

  begin();
  EXPECT_TRUE(view(c).waits_for);
  EXPECT_EQ(view(c).status, run_status::queued);
  const auto d = start();
  EXPECT_TRUE(view(d).waits_for);
}

TEST_F(admitting, RefusesWhereMemoryOrFilesRunOut) {
  left.memory_bytes = 100 * mib;
  EXPECT_THAT(
    refusal(),
    HasSubstr("the machine has 100 MiB of memory left, a new run needs 256 "
              "(limits.free_memory_mb"));
  left = {.memory_bytes = 1'000 * mib, .descriptors = 3};
  advance(ms(1'000));
  EXPECT_THAT(refusal(), HasSubstr("the daemon may open 3 more files"));
  left.descriptors = 1'000;
  advance(ms(1'000));
  EXPECT_NE(start(), "");
}

TEST_F(admitting, PausesAllStartsWhileTheDiskIsFull) {
  const auto a = working();
  left.disk_bytes = outside.disk_free = 10 * mib;
  prints(json{{"type", "agent_message"}, {"text", "on"}});
  advance(ms(4'000));
  EXPECT_FALSE(ordered<keeper::kill_order>().empty()) << "it is stopped";
  exits(a, 143);
  advance(ms(1'000));

  EXPECT_EQ(view(a).phase, run_phase::parked);
  EXPECT_EQ(view(a).attempts.at(0).exit->reason, exit_kind::disk);
  EXPECT_THAT(*view(a).waits_for, HasSubstr("waits for room on the disk"));
  const auto b = start();
  EXPECT_EQ(view(b).status, run_status::queued);
  const auto seen = events(a).size();
  advance(ms(600'000));
  EXPECT_EQ(events(a).size(), seen) << "it is said once";
  EXPECT_EQ(started().size(), 1u);

  left.disk_bytes = 300 * mib;
  advance(ms(5'000));
  EXPECT_EQ(started().size(), 1u) << "hardly any";
  left.disk_bytes = outside.disk_free = 400 * mib;
  advance(ms(5'000));
  EXPECT_EQ(started().size(), 3u);
  EXPECT_FALSE(view(a).waits_for);
  EXPECT_EQ(view(a).phase, run_phase::starting);
  EXPECT_EQ(view(a).restarts, 1u);
}

} // namespace
} // namespace troupe
