#include "actors/sync_queue.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

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
  EXPECT_THAT(queue.next(), IsEmpty());

  queue.tick();

  EXPECT_THAT(queue.next(), ElementsAre("a", "b"));
  EXPECT_THAT(queue.settle({}), IsEmpty());
  EXPECT_THAT(queue.next(), IsEmpty());
  EXPECT_FALSE(queue.wants_tick());
}

TEST(SyncQueue, HasOneBatchUnderWay) {
  sync_queue queue;
  queue.await(1, {"a"});
  EXPECT_THAT(queue.next(), ElementsAre("a"));
  queue.await(2, {"b"});
  queue.await(3, {"b", "c"});

  EXPECT_THAT(queue.next(), IsEmpty());
  EXPECT_THAT(tickets(queue.settle({})), ElementsAre(1));

  EXPECT_THAT(queue.next(), ElementsAre("b", "c"));
  EXPECT_THAT(tickets(queue.settle({})), ElementsAre(2, 3));
}

TEST(SyncQueue, IsDueAgainIfWrittenWhileItIsUnderWay) {
  sync_queue queue;
  queue.wrote("a");
  queue.tick();
  EXPECT_THAT(queue.next(), ElementsAre("a"));
  queue.wrote("a");
  EXPECT_TRUE(queue.wants_tick());
  (void)queue.settle({});
  EXPECT_THAT(queue.next(), IsEmpty());

  queue.tick();

  EXPECT_THAT(queue.next(), ElementsAre("a"));
}

TEST(SyncQueue, DoesNotSyncTwiceWhatAWaitTookAlong) {
  sync_queue queue;
  queue.wrote("a");
  queue.wrote("b");
  queue.await(1, {"a"});
  EXPECT_THAT(queue.next(), ElementsAre("a"));
  (void)queue.settle({});

  queue.tick();

  EXPECT_THAT(queue.next(), ElementsAre("b"));
}

TEST(SyncQueue, TellsAFailureToWhoWaitedForThatPathAlone) {
  sync_queue queue;
  queue.await(1, {"a", "shared"});
  queue.await(2, {"b", "shared"});
  (void)queue.next();

  const auto done = queue.settle({{"b", "no disk"}});

  ASSERT_EQ(done.size(), 2u);
  EXPECT_FALSE(done[0].failure);
  EXPECT_EQ(done[1].failure, "no disk");
}

TEST(SyncQueue, LetsWhoWaitsPassWhatNobodyWaitsFor) {
  sync_queue queue;
  for (int i = 0; i < 1000; ++i)
    queue.wrote("f" + std::to_string(i));
  queue.tick();
  EXPECT_EQ(queue.next().size(), sync_queue::along_max);
  queue.await(1, {"a"});
  (void)queue.settle({});

  const auto batch = queue.next();

  EXPECT_EQ(batch.front(), "a");
  EXPECT_EQ(batch.size(), sync_queue::along_max);
  EXPECT_THAT(tickets(queue.settle({})), ElementsAre(1));
}

TEST(SyncQueue, BoundsABatchButNotASingleWait) {
  sync_queue queue;
  std::set<std::string> many;
  for (std::size_t i = 0; i <= sync_queue::batch_max; ++i)
    many.insert(std::to_string(i));
  queue.await(1, many);
  queue.await(2, {"a"});

  EXPECT_EQ(queue.next().size(), sync_queue::batch_max + 1);
  EXPECT_THAT(tickets(queue.settle({})), ElementsAre(1));
  EXPECT_THAT(queue.next(), ElementsAre("a"));
}

} // namespace
} // namespace troupe
