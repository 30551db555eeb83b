#include "actors/sync_queue.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto awaited = sync_queue::lane::awaited;
constexpr auto grouped = sync_queue::lane::grouped;

std::vector<sync_queue::ticket> tickets(const std::vector<sync_queue::outcome>& all) {
  std::vector<sync_queue::ticket> found;
  for (const auto& each : all)
    found.push_back(each.who);
  return found;
}

TEST(SyncQueue, GroupsWhatWasWrittenUntilATick) {
  sync_queue queue;
  EXPECT_FALSE(queue.wants_tick());
  queue.wrote("b");
  queue.wrote("a");
  queue.wrote("b");
  EXPECT_TRUE(queue.wants_tick());
  EXPECT_FALSE(queue.wants_tick());
  EXPECT_THAT(queue.next(grouped), IsEmpty());

  queue.tick();

  EXPECT_THAT(queue.next(grouped), ElementsAre("a", "b"));
  EXPECT_THAT(queue.settle(grouped, {}), IsEmpty());
  EXPECT_THAT(queue.next(grouped), IsEmpty());
  EXPECT_FALSE(queue.wants_tick());
}

TEST(SyncQueue, HasOneBatchUnderWay) {
  sync_queue queue;
  queue.owe(1, {"a"});
  EXPECT_THAT(queue.next(awaited), ElementsAre("a"));
  queue.owe(2, {"b"});
  queue.owe(3, {"b", "c"});

  EXPECT_THAT(queue.next(awaited), IsEmpty());
  EXPECT_THAT(tickets(queue.settle(awaited, {})), ElementsAre(1));

  EXPECT_THAT(queue.next(awaited), ElementsAre("b", "c"));
  EXPECT_THAT(tickets(queue.settle(awaited, {})), ElementsAre(2, 3));
}

TEST(SyncQueue, IsDueAgainIfWrittenWhileItIsUnderWay) {
  sync_queue queue;
  queue.wrote("a");
  queue.tick();
  EXPECT_THAT(queue.next(grouped), ElementsAre("a"));
  queue.wrote("a");
  EXPECT_TRUE(queue.wants_tick());
  (void)queue.settle(grouped, {});
  EXPECT_THAT(queue.next(grouped), IsEmpty());

  queue.tick();

  EXPECT_THAT(queue.next(grouped), ElementsAre("a"));
}

TEST(SyncQueue, DoesNotSyncTwiceWhatAWaitTookAlong) {
  sync_queue queue;
  queue.wrote("a");
  queue.wrote("b");
  queue.owe(1, {"a"});
  EXPECT_THAT(queue.next(awaited), ElementsAre("a"));

  queue.tick();

  EXPECT_THAT(queue.next(grouped), ElementsAre("b"));
}

TEST(SyncQueue, TellsAFailureToWhoWaitedForThatPathAlone) {
  sync_queue queue;
  queue.owe(1, {"a", "shared"});
  queue.owe(2, {"b", "shared"});
  (void)queue.next(awaited);

  const auto done = queue.settle(awaited, {{"b", "no disk"}});

  ASSERT_EQ(done.size(), 2u);
  EXPECT_FALSE(done[0].failure);
  EXPECT_EQ(done[1].failure, "no disk");
}

TEST(SyncQueue, LetsNobodyStandBehindWhatNobodyWaitsFor) {
  sync_queue queue;
  queue.wrote("a");
  queue.tick();
  EXPECT_THAT(queue.next(grouped), ElementsAre("a"));
  queue.owe(1, {"b"});

  EXPECT_THAT(queue.next(awaited), ElementsAre("b"));
  EXPECT_THAT(queue.settle(grouped, {}), IsEmpty());
  EXPECT_THAT(tickets(queue.settle(awaited, {})), ElementsAre(1));
}

TEST(SyncQueue, BoundsABatchButNotASingleWait) {
  sync_queue queue;
  std::set<std::string> many;
  for (std::size_t i = 0; i <= sync_queue::batch_max; ++i) {
    many.insert(std::to_string(i));
    queue.wrote("f" + std::to_string(i));
  }
  queue.owe(1, many);
  queue.owe(2, {"a"});
  queue.tick();

  EXPECT_EQ(queue.next(awaited).size(), sync_queue::batch_max + 1);
  EXPECT_EQ(queue.next(grouped).size(), sync_queue::batch_max);
  EXPECT_THAT(tickets(queue.settle(awaited, {})), ElementsAre(1));
  EXPECT_THAT(queue.next(awaited), ElementsAre("a"));
}

} // namespace
} // namespace troupe
