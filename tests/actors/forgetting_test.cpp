#include "tests/actors/slow_journal.hpp"

namespace troupe {
namespace {

/// What the keeper is told to forget, and when, over a disk that can be slow.
struct forgetting : test::slow_house {
  std::vector<keeper::attempt_key> forgotten() const {
    std::vector<keeper::attempt_key> keys;
    for (const auto& each : ordered<keeper::forget_order>())
      keys.push_back(each.key);
    return keys;
  }
  keeper::kept_attempt ended(const std::string& id, std::uint32_t n = 1) {
    keeper::kept_attempt kept{.spawned = alive(key(id, n)), .last_written = 1};
    kept.exited =
      keeper::exited_report{.key = key(id, n), .code = 1, .tree_empty = true};
    kept.gone = keeper::gone_report{.key = key(id, n), .proof = keeper::tier::cgroup};
    return kept;
  }
  auto terminal_events(const std::string& id) {
    const auto words = told(id);
    return std::ranges::count(words, "run_completed") +
           std::ranges::count(words, "run_failed");
  }
};

TEST_F(forgetting, WaitsUntilTheEndOfARunIsOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  completes(id);

  EXPECT_TRUE(forgotten().empty());
  catch_up();

  EXPECT_THAT(forgotten(), ElementsAre(key(id)));
}

TEST_F(forgetting, WaitsUntilTheEndOfAnAttemptIsOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  exits(id, 1);

  EXPECT_TRUE(forgotten().empty());
  catch_up();

  EXPECT_THAT(forgotten(), ElementsAre(key(id)));
}

TEST_F(forgetting, IsDoneAgainByWhoFindsTheEndOfAnAttemptOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  exits(id, 1);
  die();
  disk_speed->slow = false;

  begin({ended(id)});

  EXPECT_THAT(forgotten(), ElementsAre(key(id)));
  EXPECT_EQ(view(id).attempts.size(), 1u);
  EXPECT_EQ(terminal_events(id), 0);
}

TEST_F(forgetting, IsDoneAgainByWhoFindsTheEndOfARunInItsRecordAlone) {
  const auto id = working({{"restart", {{"max_restarts", 0}}}});
  disk_speed->slow = true;
  exits(id, 1);
  die();
  disk_speed->slow = false;

  begin({ended(id)});

  EXPECT_THAT(forgotten(), ElementsAre(key(id)));
  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_EQ(terminal_events(id), 1);
}

TEST_F(forgetting, IsDoneAgainByWhoFindsTheEndOfARunInItsEventsAlone) {
  const auto id = working();
  auto record = *store::load_run(disk, id);
  completes(id);
  die();
  ASSERT_TRUE(store::save_run(disk, record));

  begin({ended(id)});

  EXPECT_THAT(forgotten(), ElementsAre(key(id)));
  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(terminal_events(id), 1);
  EXPECT_TRUE(store::load_run(disk, id)->attempts.at(0).over);
}

TEST_F(forgetting, IsAskedForOnceARun) {
  const auto id = working();
  exits(id, 1);
  advance(ms(1'000));
  spawned(id, 2);
  completes(id, 2);

  EXPECT_THAT(forgotten(), ElementsAre(key(id, 1), key(id, 2)));
}

} // namespace
} // namespace troupe
