#include "io/tails.hpp"

#include "inbox.hpp"
#include "scratch.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <future>
#include <thread>

namespace troupe::io {
namespace {

using namespace std::chrono_literals;

struct Tails : testing::Test {
  explicit Tails(tails::hints from = tails::hints::inotify) : subject(on, from) {
    on.start();
  }

  tails::id follow(const std::string& name, std::uint64_t offset = 0) {
    return subject.follow(dir.path(name), offset, collector());
  }

  tails::sink collector() {
    return [this](tail_chunk c) {
      if (!holds)
        c.in_hand.reset();
      chunks.put(std::move(c));
    };
  }

  /// Everything asked of the loop before has been done, and what that posted.
  void settle() {
    for (int i = 0; i < 4; ++i)
      on.perform([] {});
  }

  std::string collect(tails::id which, std::size_t bytes) {
    std::string all;
    while (all.size() < bytes && !testing::Test::HasFailure()) {
      subject.grant(which);
      const auto chunk = chunks.next();
      EXPECT_EQ(chunk.offset, all.size());
      all += chunk.bytes;
    }
    return all;
  }

  scratch dir;
  bool holds = false;
  inbox<tail_chunk> chunks;
  loop on;
  tails subject;
};

TEST_F(Tails, DeliverWhatAFileHoldsFromTheOffsetOn) {
  dir.append("log", "0123456789");

  subject.grant(follow("log", 4));

  const auto chunk = chunks.next();
  EXPECT_EQ(chunk.offset, 4U);
  EXPECT_EQ(chunk.bytes, "456789");
  EXPECT_FALSE(chunk.shrunk);
  EXPECT_GT(chunk.free_bytes, 0U);
}

TEST_F(Tails, FollowAFileThatIsNotThereYet) {
  subject.grant(follow("late"));
  settle();

  dir.append("late", "here");

  EXPECT_EQ(chunks.next().bytes, "here");
}

TEST_F(Tails, FollowAFileThatAnotherProcessAppendsTo) {
  dir.append("log", "");
  const auto which = follow("log");
  const auto path = dir.path("log");

  const pid_t writer = ::fork();
  if (writer == 0) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    bool whole = true;
    for (int i = 0; i < 1000; ++i)
      whole = ::write(fd, "0123456789", 10) == 10 && whole;
    ::_exit(whole ? 0 : 1);
  }
  const auto all = collect(which, 10'000);
  int status = -1;
  ::waitpid(writer, &status, 0);

  EXPECT_EQ(status, 0);
  EXPECT_EQ(all.size(), 10'000U);
  EXPECT_EQ(all.substr(9'990), "0123456789");
}

TEST_F(Tails, DeliverNothingWithoutCreditAndOneChunkAGrant) {
  dir.append("log", std::string(3 * tails::chunk_bytes_max, 'x'));
  const auto which = follow("log");
  settle();
  EXPECT_TRUE(chunks.take_all().empty());

  subject.grant(which);
  settle();
  const auto got = chunks.take_all();

  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].bytes.size(), tails::chunk_bytes_max);
}

TEST_F(Tails, PutNoMoreInHandThanOneChunkOfAllFiles) {
  holds = true;
  for (const auto* name : {"one", "two", "three"}) {
    dir.append(name, std::string(2 * tails::chunk_bytes_max, 'x'));
    const auto which = follow(name);
    subject.grant(which);
    subject.grant(which);
  }
  for (int chunk = 1; chunk <= 6; ++chunk) {
    const auto in_hand = chunks.next();
    settle();
    EXPECT_TRUE(chunks.take_all().empty()) << chunk;
  }
}

TEST_F(Tails, KeepAtMostFourUnusedGrants) {
  const auto which = follow("log");
  for (int i = 0; i < 10; ++i)
    subject.grant(which);
  settle();

  dir.append("log", std::string(6 * tails::chunk_bytes_max, 'x'));
  const auto got = chunks.take(4);
  subject.drain(which);
  const auto drained = chunks.next();

  EXPECT_EQ(got[3].offset, 3 * tails::chunk_bytes_max);
  EXPECT_EQ(drained.offset, 4 * tails::chunk_bytes_max);
  EXPECT_TRUE(chunks.take_all().empty());
}

TEST_F(Tails, DrainWithoutCreditUntilAChunkComesBackEmpty) {
  dir.append("log", std::string(tails::chunk_bytes_max, 'a') + "bc");
  const auto which = follow("log");
  subject.drain(which);
  EXPECT_EQ(chunks.next().bytes.size(), tails::chunk_bytes_max);
  subject.drain(which);
  EXPECT_EQ(chunks.next().bytes, "bc");
  subject.drain(which);

  const auto last = chunks.next();
  EXPECT_EQ(last.bytes, "");
  EXPECT_EQ(last.offset, tails::chunk_bytes_max + 2);
  EXPECT_FALSE(last.shrunk);
}

TEST_F(Tails, DrainAFileThatNeverCameAsEmpty) {
  subject.drain(follow("never"));

  const auto last = chunks.next();
  EXPECT_EQ(last.bytes, "");
  EXPECT_EQ(last.offset, 0U);
}

TEST_F(Tails, SayThatAFileWasCutAndReadItFromItsStart) {
  dir.append("log", "0123456789");
  const auto which = follow("log");
  subject.grant(which);
  EXPECT_EQ(chunks.next().bytes.size(), 10U);

  std::filesystem::resize_file(dir.path("log"), 0);
  subject.grant(which);
  const auto shrunk = chunks.next();
  dir.append("log", "new");
  subject.grant(which);
  const auto next = chunks.next();

  EXPECT_TRUE(shrunk.shrunk);
  EXPECT_EQ(shrunk.bytes, "");
  EXPECT_EQ(shrunk.offset, 0U);
  EXPECT_FALSE(next.shrunk);
  EXPECT_EQ(next.offset, 0U);
  EXPECT_EQ(next.bytes, "new");
}

TEST_F(Tails, FollowAHundredFilesThatAHundredThreadsWrite) {
  constexpr std::size_t files = 100, lines = 200;
  std::vector<std::string> read(files);
  std::vector<tails::id> ids(files);
  inbox<std::size_t> complete;
  for (std::size_t i = 0; i < files; ++i)
    ids[i] = subject.follow(dir.path(std::to_string(i)), 0, [&, i](tail_chunk c) {
      EXPECT_EQ(c.offset, read[i].size());
      read[i] += c.bytes;
      subject.grant(ids[i]);
      if (read[i].size() == lines * 10)
        complete.put(i);
    });

  std::vector<std::thread> writers;
  for (std::size_t i = 0; i < files; ++i)
    writers.emplace_back([&, i] {
      subject.grant(ids[i]);
      const auto line = std::to_string(100'000'000 + i) + "\n";
      for (std::size_t n = 0; n < lines; ++n)
        dir.append(std::to_string(i), line);
    });
  for (auto& w : writers)
    w.join();

  EXPECT_EQ(complete.take(files).size(), files);
  on.perform([&] {
    for (std::size_t i = 0; i < files; ++i)
      EXPECT_EQ(
        read[i].substr(lines * 10 - 10), std::to_string(100'000'000 + i) + "\n");
  });
}

TEST_F(Tails, GiveASmallFileItsTurnBesideALargeOne) {
  std::vector<char> order;
  inbox<bool> done;
  tails::id large = 0;
  dir.append("large", std::string(8 * tails::chunk_bytes_max, 'L'));
  dir.append("small", "s");
  large = subject.follow(dir.path("large"), 0, [&](tail_chunk c) {
    order.push_back('L');
    subject.grant(large);
    if (c.offset == 7 * tails::chunk_bytes_max)
      done.put(true);
  });
  const auto small =
    subject.follow(dir.path("small"), 0, [&](tail_chunk) { order.push_back('s'); });

  on.perform([&] {
    for (int i = 0; i < tails::grants_max; ++i)
      subject.grant(large);
    subject.grant(small);
  });

  EXPECT_TRUE(done.next());
  on.perform([&] {
    const std::string seen(order.begin(), order.end());
    EXPECT_LT(seen.find('s'), 3U) << seen;
    EXPECT_EQ(std::count(order.begin(), order.end(), 'L'), 8);
  });
}

TEST_F(Tails, CallNoSinkAfterForget) {
  dir.append("log", "text");
  const auto forgotten = follow("log");
  const auto kept = follow("log");
  subject.forget(forgotten);
  subject.forget(forgotten);
  subject.grant(forgotten);
  subject.drain(forgotten);
  settle();
  EXPECT_TRUE(chunks.take_all().empty());

  subject.grant(kept);
  EXPECT_EQ(chunks.next().bytes, "text");
  subject.grant(kept);
  settle();
  dir.append("log", "more");

  EXPECT_EQ(chunks.next().bytes, "more");
}

TEST_F(Tails, MayEndInsideASink) {
  auto brief = std::make_unique<tails>(on);
  inbox<bool> ended;
  dir.append("log", std::string(2 * tails::chunk_bytes_max, 'x'));
  const auto which = brief->follow(dir.path("log"), 0, [&](tail_chunk) {
    brief.reset();
    ended.put(true);
  });

  on.perform([&] {
    brief->grant(which);
    brief->grant(which);
  });

  EXPECT_TRUE(ended.next());
  settle();
  EXPECT_TRUE(ended.take_all().empty());
}

TEST_F(Tails, FindWhatAnOverflowOfTheKernelsQueueLost) {
  int queue_max = 0;
  std::ifstream("/proc/sys/fs/inotify/max_queued_events") >> queue_max;
  if (queue_max > 200'000)
    GTEST_SKIP() << "the kernel's queue is too long to fill: " << queue_max;
  const auto last = follow("last");
  subject.grant(last);
  settle();
  std::promise<void> filled;

  on.post([&] { filled.get_future().wait(); });
  std::ofstream one(dir.path("one")), two(dir.path("two"));
  for (int i = 0; i < queue_max; ++i)
    (i % 2 == 0 ? one : two) << 'x' << std::flush;
  dir.append("last", "found");
  filled.set_value();

  EXPECT_EQ(chunks.next().bytes, "found");
}

TEST_F(Tails, SweepADirectoryWhoseWatchWasRefused) {
  const auto inner = dir.path("inner");
  const auto which = follow("inner/log");
  subject.grant(which);
  settle();

  std::filesystem::create_directory(inner);
  dir.append("inner/log", "found");

  EXPECT_EQ(chunks.next().bytes, "found");
}

TEST_F(Tails, LeaveNoDescriptorBehind) {
  const auto count = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = count();

  {
    tails brief(on);
    dir.append("log", "x");
    for (int i = 0; i < 20; ++i) {
      const auto which = brief.follow(dir.path("log"), 0, collector());
      brief.grant(which);
      if (i % 2 == 0)
        brief.forget(which);
    }
    EXPECT_EQ(chunks.take(10).size(), 10U);
    EXPECT_GT(count(), before);
  }

  EXPECT_EQ(count(), before);
}

TEST_F(Tails, DoNotTakeAFileForDrainedThatCannotBeOpenedNow) {
  dir.append("log", "text");
  const auto which = follow("log");
  settle();
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};

  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  subject.drain(which);
  settle();
  const auto meanwhile = chunks.take_all().size();
  ::setrlimit(RLIMIT_NOFILE, &usual);

  EXPECT_EQ(meanwhile, 0U);
  EXPECT_EQ(chunks.next().bytes, "text");
}

struct TailsWithoutHints : Tails {
  TailsWithoutHints() : Tails(tails::hints::none) {}
};

TEST_F(TailsWithoutHints, FindGrowthByTheSweepAlone) {
  const auto which = follow("log");
  subject.grant(which);
  settle();

  dir.append("log", "one");
  EXPECT_EQ(chunks.next().bytes, "one");
  dir.append("log", "two");
  settle();
  EXPECT_TRUE(chunks.take_all().empty());
  subject.grant(which);

  EXPECT_EQ(chunks.next().bytes, "two");
}

} // namespace
} // namespace troupe::io
