#include "io/loop.hpp"

#include "inbox.hpp"

#include <gmock/gmock.h>

#include <stdexcept>

namespace troupe::io {
namespace {

using testing::ElementsAre;

TEST(Loop, RunsPostedWorkInOrderOnItsOwnThread) {
  inbox<int> ran;
  inbox<std::thread::id> where;
  loop subject;
  for (int i = 0; i < 3; ++i)
    subject.post([&, i] {
      ran.put(i);
      where.put(std::this_thread::get_id());
    });

  subject.start();

  EXPECT_THAT(ran.take(3), ElementsAre(0, 1, 2));
  const auto threads = where.take(3);
  EXPECT_NE(threads[0], std::this_thread::get_id());
  EXPECT_EQ(threads[0], threads[2]);
}

TEST(Loop, KeepsTheOrderOfWhatItsOwnThreadPosts) {
  inbox<int> ran;
  loop subject;
  subject.start();

  subject.post([&] {
    subject.post([&] { ran.put(2); });
    subject.post([&] { ran.put(3); });
    ran.put(1);
  });

  EXPECT_THAT(ran.take(3), ElementsAre(1, 2, 3));
}

TEST(Loop, KeepsTheOrderOfEveryPostingThread) {
  constexpr int posts = 2000;
  std::vector<std::vector<int>> seen(4);
  loop subject;
  subject.start();

  std::vector<std::thread> threads;
  for (auto& own : seen)
    threads.emplace_back([&] {
      for (int i = 0; i < posts; ++i)
        subject.post([&own, i] { own.push_back(i); });
    });
  for (auto& t : threads)
    t.join();
  subject.perform([] {});

  for (auto& own : seen) {
    EXPECT_EQ(own.size(), posts);
    EXPECT_TRUE(std::is_sorted(own.begin(), own.end()));
  }
}

TEST(Loop, StopsWithoutEverHavingStarted) {
  loop subject;
  int ran = 0;
  subject.post([&] { ++ran; });

  subject.stop();
  subject.start();
  subject.stop();

  EXPECT_EQ(ran, 0);
}

TEST(Loop, StopsFromSeveralThreadsAtOnceAndRunsNothingAfterwards) {
  loop subject;
  subject.start();
  std::thread first([&] { subject.stop(); });
  std::thread second([&] { subject.stop(); });
  first.join();
  second.join();

  int ran = 0;
  subject.post([&] { ++ran; });
  subject.stop();

  EXPECT_EQ(ran, 0);
}

TEST(Loop, StopsFromItsOwnThreadAfterTheRunningCallback) {
  inbox<int> ran;
  loop subject;
  subject.start();

  subject.post([&] {
    subject.stop();
    ran.put(1);
    subject.post([&] { ran.put(2); });
  });

  EXPECT_EQ(ran.next(), 1);
  subject.stop();
  EXPECT_THAT(ran.take_all(), ElementsAre());
}

TEST(Loop, PerformsOnItsThreadWhileItRunsAndOnTheCallersOtherwise) {
  loop subject;
  std::thread::id before, during, nested, after;
  const auto here = std::this_thread::get_id();

  subject.perform([&] { before = std::this_thread::get_id(); });
  subject.start();
  subject.perform([&] {
    during = std::this_thread::get_id();
    subject.perform([&] { nested = std::this_thread::get_id(); });
  });
  subject.stop();
  subject.perform([&] { after = std::this_thread::get_id(); });

  EXPECT_EQ(before, here);
  EXPECT_NE(during, here);
  EXPECT_EQ(nested, during);
  EXPECT_EQ(after, here);
}

TEST(LoopDeath, AbortsWithASentenceWhenACallbackThrows) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
    {
      loop subject;
      subject.start();
      subject.perform([] { throw std::runtime_error("spilled"); });
    },
    "a callback on the io loop threw, which is a bug: spilled");
}

} // namespace
} // namespace troupe::io
