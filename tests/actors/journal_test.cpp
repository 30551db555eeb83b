#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;

/// A disk in the test's hand: what it is asked to keep, and when it has.
struct slow_sync {
  std::vector<sync_files> asked;
  std::vector<caf::typed_response_promise<files_synced>> waiting;
  files_synced answer;
  bool slow = false;
};

struct slow_syncer_state {
  static inline const char* name = "slow_syncer";
};

syncer_actor::behavior_type slow_syncer(
  syncer_actor::stateful_pointer<slow_syncer_state> self,
  std::shared_ptr<slow_sync> disk) {
  return {[self, disk](const sync_files& what) -> caf::result<files_synced> {
    disk->asked.push_back(what);
    if (!disk->slow) {
      for (auto& each : std::exchange(disk->waiting, {}))
        each.deliver(disk->answer);
      return std::exchange(disk->answer, {});
    }
    disk->waiting.push_back(self->make_response_promise<files_synced>());
    return disk->waiting.back();
  }};
}

/// Runs over a journal whose disk is slow, or fails.
struct Journal : one_run {
  std::shared_ptr<slow_sync> sync = std::make_shared<slow_sync>();
  syncer_actor hand;

  syncer_actor disk_hand() override { return hand = spawn(slow_syncer, sync); }

  /// The batch under way is on the disk.
  void disk_is_done() {
    sync->slow = false;
    caf::anon_send(hand, sync_files{});
    settle();
    std::erase_if(sync->asked, [](const auto& each) { return each.paths.empty(); });
  }
  std::vector<std::string> last_asked() const {
    return sync->asked.empty() ? std::vector<std::string>{} : sync->asked.back().paths;
  }
};

TEST_F(Journal, BringsWhatItWroteToTheDiskWithinFiftyMilliseconds) {
  const auto id = working();
  EXPECT_THAT(sync->asked, IsEmpty());
  advance(ms(50));

  ASSERT_EQ(sync->asked.size(), 1u);
  EXPECT_THAT(
    last_asked(),
    IsSupersetOf<std::string>(
      {disk.runs(),
       disk.run(id),
       disk.run_file(id),
       disk.launch_file(id),
       disk.events_file(id),
       disk.attempt(id, 1),
       disk.inputs_file(id, 1)}));
  prints(json{{"type", "agent_message"}, {"text", "more"}});
  prints(json{{"type", "agent_message"}, {"text", "and more"}});
  advance(ms(49));
  EXPECT_EQ(sync->asked.size(), 1u);
  advance(ms(1));
  EXPECT_EQ(sync->asked.size(), 2u);
  EXPECT_THAT(last_asked(), ElementsAre(disk.events_file(id)));
  advance(ms(1'000));
  EXPECT_EQ(sync->asked.size(), 2u);
}

TEST_F(Journal, AnswersAFinalStateWhenItIsOnTheDisk) {
  const auto id = working();
  sync->slow = true;
  completes(id);

  EXPECT_EQ(view(id).phase, run_phase::finishing);
  EXPECT_TRUE(std::filesystem::exists(disk.launch_file(id)));
  ASSERT_EQ(sync->asked.size(), 1u);
  EXPECT_THAT(
    last_asked(),
    IsSupersetOf<std::string>(
      {disk.events_file(id), disk.result_file(id), disk.run_file(id), disk.run(id)}));
  disk_is_done();

  EXPECT_EQ(view(id).phase, run_phase::completed);
  EXPECT_FALSE(std::filesystem::exists(disk.launch_file(id)));
}

TEST_F(Journal, BringsManyFinalStatesToTheDiskInOneBatch) {
  const auto first = working();
  const auto second = working();
  const auto third = working();
  sync->slow = true;
  for (const auto& id : {first, second, third})
    exits(id, 0);

  EXPECT_EQ(sync->asked.size(), 1u);
  EXPECT_THAT(last_asked(), Contains(disk.result_file(first).string()));
  EXPECT_THAT(last_asked(), Not(Contains(disk.result_file(second).string())));
  disk_is_done();

  EXPECT_EQ(sync->asked.size(), 2u);
  EXPECT_THAT(
    last_asked(),
    IsSupersetOf<std::string>({disk.result_file(second), disk.result_file(third)}));
  EXPECT_TRUE(is_final(view(third).status));
}

TEST_F(Journal, KeepsNobodyWaitingForTheDiskOfAnother) {
  const auto ending = working();
  const auto other = working();
  sync->slow = true;
  exits(ending, 0);
  ASSERT_FALSE(is_final(view(ending).status));

  prints(json{{"type", "agent_message"}, {"text", "news"}});

  EXPECT_EQ(events(other).back()["data"]["text"], "news");
  EXPECT_NE(start(), "");
}

TEST_F(Journal, TriesAFinalStateAgainThatDidNotComeToTheDisk) {
  const auto id = working();
  sync->answer.failed = {{disk.run_file(id), "cannot sync: no disk"}};
  completes(id);

  EXPECT_EQ(view(id).phase, run_phase::finishing);
  advance(ms(1'000));

  EXPECT_EQ(view(id).phase, run_phase::completed);
  EXPECT_EQ(told(id).back(), "completed");
}

TEST_F(Journal, RemovesTheSecretsThatADeathLeftOfAFinalRun) {
  const auto id = working();
  sync->slow = true;
  completes(id);
  die();
  sync->slow = false;
  ASSERT_TRUE(std::filesystem::exists(disk.launch_file(id)));

  begin();

  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_FALSE(std::filesystem::exists(disk.launch_file(id)));
}

} // namespace
} // namespace troupe
