#include "io/timers.hpp"

#include "inbox.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <random>

namespace troupe::io {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct Timers : testing::Test {
  Timers() { on.start(); }

  inbox<int> fired;
  loop on;
  timers subject{on};
};

TEST_F(Timers, FireInOrderOfDueTimeNotOfSetting) {
  on.perform([&] {
    subject.after(30ms, [&] { fired.put(3); });
    subject.after(10ms, [&] { fired.put(1); });
    subject.after(20ms, [&] { fired.put(2); });
  });

  EXPECT_THAT(fired.take(3), ElementsAre(1, 2, 3));
}

TEST_F(Timers, FireForNobodyWhoHadThemForgotten) {
  on.perform([&] {
    subject.after(
      10ms, [&] { fired.put(1); }, 7);
    subject.after(
      20ms, [&] { fired.put(2); }, 8);
    subject.after(30ms, [&] { fired.put(3); });
    subject.forget(7);
  });

  EXPECT_THAT(fired.take(2), ElementsAre(2, 3));
}

TEST_F(Timers, NeverFireEarly) {
  const auto set = std::chrono::steady_clock::now();
  inbox<std::chrono::steady_clock::time_point> when;

  subject.after(25ms, [&] { when.put(std::chrono::steady_clock::now()); });

  EXPECT_GE(when.next() - set, 25ms);
}

TEST_F(Timers, FireAtOnceWithADelayThatIsNotPositive) {
  subject.after(0ms, [&] { fired.put(1); });
  subject.after(std::chrono::milliseconds::min(), [&] { fired.put(2); });

  EXPECT_THAT(fired.take(2), testing::UnorderedElementsAre(1, 2));
}

TEST_F(Timers, AcceptTheLongestDelayWithoutFiring) {
  subject.after(std::chrono::milliseconds::max(), [&] { fired.put(1); });
  subject.after(1ms, [&] { fired.put(2); });

  EXPECT_EQ(fired.next(), 2);
  EXPECT_THAT(fired.take_all(), ElementsAre());
}

TEST_F(Timers, MaySetAnotherFromTheirCallback) {
  subject.after(1ms, [&] {
    fired.put(1);
    subject.after(1ms, [&] { fired.put(2); });
  });

  EXPECT_THAT(fired.take(2), ElementsAre(1, 2));
}

TEST_F(Timers, FireTenThousandFromFourThreadsEachOnceAndInOrder) {
  constexpr int each = 2500;
  std::vector<std::chrono::steady_clock::time_point> due;
  std::atomic<int> left = 4 * each;

  std::vector<std::thread> threads;
  for (unsigned seed = 0; seed < 4; ++seed)
    threads.emplace_back([&, seed] {
      std::mt19937 random(seed);
      for (int i = 0; i < each; ++i) {
        const std::chrono::milliseconds delay(random() % 200);
        const auto earliest = std::chrono::steady_clock::now() + delay;
        subject.after(delay, [&, earliest] {
          EXPECT_LE(earliest, std::chrono::steady_clock::now());
          due.push_back(earliest);
          if (--left == 0)
            fired.put(1);
        });
      }
    });
  for (auto& t : threads)
    t.join();

  EXPECT_EQ(fired.next(), 1);
  on.perform([&] { EXPECT_EQ(due.size(), 4 * each); });
}

TEST_F(Timers, AreCheapByTheHundredThousand) {
  const auto began = std::chrono::steady_clock::now();

  on.perform([&] {
    for (int i = 0; i < 100'000; ++i)
      subject.after(std::chrono::hours(1 + i % 7), [] {});
  });
  subject.after(0ms, [&] { fired.put(1); });

  EXPECT_EQ(fired.next(), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST_F(Timers, DoNotFireOnceTheirOwnerIsGone) {
  {
    timers brief(on);
    brief.after(5ms, [&] { fired.put(1); });
    brief.after(1h, [&] { fired.put(2); });
  }
  subject.after(20ms, [&] { fired.put(3); });

  EXPECT_EQ(fired.next(), 3);
}

TEST_F(Timers, MayEndInsideACallback) {
  auto brief = std::make_unique<timers>(on);
  on.perform([&] {
    brief->after(1ms, [&] {
      brief.reset();
      fired.put(1);
    });
    brief->after(1ms, [&] { fired.put(2); });
  });
  subject.after(20ms, [&] { fired.put(3); });

  EXPECT_THAT(fired.take(2), ElementsAre(1, 3));
}

} // namespace
} // namespace troupe::io
