#include "supervision/slots.hpp"

#include <gmock/gmock.h>

#include <random>

namespace troupe::supervision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Slots, AreTakenUntilNoneIsLeft) {
  slots all{2};
  EXPECT_TRUE(all.asks("a", ""));
  EXPECT_TRUE(all.asks("b", ""));
  EXPECT_TRUE(all.asks("a", "")) << "a restart";
  EXPECT_FALSE(all.asks("c", ""));
  EXPECT_FALSE(all.asks("d", ""));
  EXPECT_FALSE(all.asks("c", "")) << "again, in its place";
  EXPECT_THAT(all.due(), IsEmpty());
  EXPECT_THAT(all.cause_of("c"), HasSubstr("2 runs may be live"));
  EXPECT_EQ(all.cause_of("a"), "");

  all.left("b");
  EXPECT_THAT(all.due(), ElementsAre("c"));
  EXPECT_THAT(all.due(), IsEmpty());
  all.left("d");
  all.left("a");
  EXPECT_THAT(all.due(), IsEmpty()) << "it waits no more";
  EXPECT_TRUE(all.asks("e", ""));
}

TEST(Slots, GoRoundTheParentsOfThoseThatWait) {
  slots all{1};
  EXPECT_TRUE(all.asks("a", ""));
  for (const auto* run : {"p1", "p2", "p3"})
    EXPECT_FALSE(all.asks(run, "p"));
  EXPECT_FALSE(all.asks("q1", "q"));
  EXPECT_FALSE(all.asks("b", ""));

  std::vector<std::string> order;
  for (std::string last = "a"; !last.empty();) {
    all.left(last);
    const auto next = all.due();
    ASSERT_LE(next.size(), 1u);
    last = next.empty() ? "" : next.front();
    if (!last.empty())
      order.push_back(last);
  }
  EXPECT_THAT(order, ElementsAre("p1", "q1", "b", "p2", "p3"));
}

TEST(Slots, LeaveNoNewcomerPastTheLineOfItsParent) {
  slots all{1};
  EXPECT_TRUE(all.asks("a", ""));
  EXPECT_FALSE(all.asks("b", ""));
  all.left("a");
  EXPECT_FALSE(all.asks("c", ""));
  EXPECT_THAT(all.due(), ElementsAre("b"));
}

TEST(Slots, AlwaysHaveOneForTheOnlyChildOfALiveParent) {
  slots all{1};
  EXPECT_TRUE(all.asks("a", ""));
  EXPECT_TRUE(all.asks("a1", "a")) << "or a would wait for ever";
  EXPECT_FALSE(all.asks("a2", "a"));
  EXPECT_FALSE(all.asks("x1", "x")) << "of one that is not live";
  all.left("a1");
  EXPECT_THAT(all.due(), ElementsAre("a2"));
}

TEST(Slots, CountWhatWasLiveBefore) {
  slots all{1};
  all.takes("a", "");
  all.takes("b", "");
  EXPECT_FALSE(all.asks("c", ""));
  all.left("a");
  EXPECT_THAT(all.due(), IsEmpty());
  all.left("b");
  EXPECT_THAT(all.due(), ElementsAre("c"));
}

TEST(Slots, LetNobodyWaitForEver) {
  std::mt19937 dice(20261127);
  slots all{8};
  std::vector<std::string> live;
  std::set<std::string> waiting;
  const auto took = [&](const std::string& run) { live.push_back(run); };
  for (int i = 0; i < 20'000; ++i) {
    if (dice() % 2 == 0 && waiting.size() < 100) {
      const auto parent = live.empty() || dice() % 3 ? "" : live[dice() % live.size()];
      const auto run = "r" + std::to_string(i);
      if (all.asks(run, parent))
        took(run);
      else
        waiting.insert(run);
    } else if (!live.empty()) {
      const auto at = dice() % live.size();
      all.left(live[at]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    }
    for (const auto& run : all.due()) {
      ASSERT_EQ(waiting.erase(run), 1u) << "step " << i;
      took(run);
    }
    ASSERT_LE(live.size(), 8u * 2 + 100) << "step " << i;
    ASSERT_TRUE(waiting.empty() || live.size() >= 8) << "step " << i;
  }
  while (!live.empty()) {
    all.left(live.back());
    live.pop_back();
    for (const auto& run : all.due()) {
      waiting.erase(run);
      took(run);
    }
  }
  EXPECT_THAT(waiting, IsEmpty());
}

} // namespace
} // namespace troupe::supervision
