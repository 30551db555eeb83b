#include "io/inotify.hpp"

#include "inbox.hpp"
#include "io/loop.hpp"
#include "scratch.hpp"

#include <fstream>
#include <future>

namespace troupe::io {
namespace {

struct Inotify : testing::Test {
  Inotify() {
    on.start();
    on.perform([&] {
      subject = inotify::open(
        on.context(),
        {.changed = [&](int, std::string_view name) { changed.put(std::string(name)); },
         .gone = [&](int watch) { gone.put(watch); },
         .overflowed = [&] { overflowed.put(true); }});
    });
  }
  ~Inotify() override {
    on.perform([&] { subject->close(); });
  }

  int add(const std::string& directory) {
    int watch = -1;
    on.perform([&] { watch = subject->add(directory); });
    return watch;
  }

  scratch dir;
  inbox<std::string> changed;
  inbox<int> gone;
  inbox<bool> overflowed;
  loop on;
  std::shared_ptr<inotify> subject;
};

TEST_F(Inotify, SaysWhichFileWasCreatedAndChanged) {
  ASSERT_GE(add(dir.path()), 0);

  dir.append("one", "text");

  EXPECT_EQ(changed.next(), "one");
}

TEST_F(Inotify, SharesOneWatchADirectoryUntilItsLastUserIsGone) {
  const int first = add(dir.path());
  const int second = add(dir.path() + "/.");
  ASSERT_EQ(first, second);

  on.perform([&] { subject->remove(first); });
  dir.append("still", "x");
  EXPECT_EQ(changed.next(), "still");

  on.perform([&] { subject->remove(first); });
  on.perform([&] { static_cast<void>(changed.take_all()); });
  dir.append("unseen", "x");
  ASSERT_NE(add(dir.path()), first);
  dir.append("seen", "x");
  EXPECT_EQ(changed.next(), "seen");
}

TEST_F(Inotify, RefusesADirectoryThatIsNotThere) {
  EXPECT_EQ(add(dir.path() + "/none"), -1);
}

TEST_F(Inotify, SaysWhenTheDirectoryIsGone) {
  const auto inner = dir.path() + "/inner";
  std::filesystem::create_directory(inner);
  const int watch = add(inner);

  std::filesystem::remove(inner);

  EXPECT_EQ(gone.next(), watch);
}

TEST_F(Inotify, SaysWhenTheKernelsQueueOverflowed) {
  int queue_max = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue_max;
  if (queue_max > 200'000)
    GTEST_SKIP() << "the kernel's queue is too long to fill: " << queue_max;
  ASSERT_GE(add(dir.path()), 0);
  std::promise<void> filled;

  on.post([&] { filled.get_future().wait(); });
  std::ofstream one(dir.path() + "/one"), two(dir.path() + "/two");
  for (int i = 0; i < queue_max; ++i)
    (i % 2 == 0 ? one : two) << 'x' << std::flush;
  filled.set_value();

  EXPECT_TRUE(overflowed.next());
}

} // namespace
} // namespace troupe::io
