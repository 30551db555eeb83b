#include "io/keeper_link.hpp"

#include "keeper/wire.hpp"

#include "inbox.hpp"
#include "plug.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

namespace troupe::io {
namespace {

using testing::HasSubstr;

struct reporting {
  keeper::report what;
  int pidfd = -1;
};

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

ino_t file_of(int fd) {
  struct stat seen {};
  EXPECT_EQ(::fstat(fd, &seen), 0);
  return seen.st_ino;
}

/// A file of its own behind the descriptor, by which it is known on the other side.
descriptor token() {
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  ::close(ends[1]);
  return descriptor(ends[0]);
}

std::string spawned(const std::string& run, std::optional<std::string> refusal = {}) {
  keeper::spawned_report r{.key = {run, 1}, .pid = refusal ? 0 : 7};
  r.refusal = std::move(refusal);
  return keeper::print(keeper::report(r)) + "\n";
}

struct KeeperLink : testing::Test {
  KeeperLink() {
    on.start();
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    keeper = std::make_unique<plug>(descriptor(ends[0]));
    subject = std::make_unique<keeper_link>(
      on,
      ends[1],
      5,
      keeper_link::events{
        .reported =
          [this](keeper::report r, std::vector<descriptor> beside) {
            const int fd = beside.empty() ? -1 : beside.front().release();
            reports.put({std::move(r), fd});
          },
        .lost = [this](std::string why) { lost.put(std::move(why)); }});
  }

  std::string run_of(const reporting& r) {
    return std::get<keeper::spawned_report>(r.what).key.run_id;
  }

  inbox<reporting> reports;
  inbox<std::string> lost;
  loop on;
  std::unique_ptr<plug> keeper;
  std::unique_ptr<keeper_link> subject;
};

TEST_F(KeeperLink, SendsOrdersOfItsEpochInOrder) {
  subject->send(keeper::list_order{1});
  subject->send(keeper::forget_order{{"r_1", 2}});

  const auto first = keeper::read_order(keeper->line());
  const auto second = keeper::read_order(keeper->line());

  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->epoch, 5U);
  EXPECT_EQ(std::get<keeper::list_order>(first->what).request, 1U);
  EXPECT_EQ(std::get<keeper::forget_order>(second->what).key.attempt, 2U);
}

TEST_F(KeeperLink, AnswersPingsItselfAndReportsTheRest) {
  keeper->say(keeper::print(keeper::report(keeper::ping_report{41})) + "\n");
  keeper->say(keeper::print(keeper::report(keeper::stop_report{"told to"})) + "\n");

  const auto pong = keeper::read_order(keeper->line());
  const auto stop = reports.next();

  ASSERT_TRUE(pong);
  EXPECT_EQ(std::get<keeper::pong_order>(pong->what).n, 41U);
  EXPECT_EQ(pong->epoch, 5U);
  EXPECT_EQ(std::get<keeper::stop_report>(stop.what).reason, "told to");
  EXPECT_EQ(stop.pidfd, -1);
}

TEST_F(KeeperLink, PairsDescriptorsWithTheSpawnedReportsThatSucceeded) {
  const auto one = token(), two = token();
  keeper->say_with(spawned("r_1"), one.get());
  keeper->say(spawned("r_2", "no such program"));
  keeper->say_with(spawned("r_3"), two.get());

  const auto got = reports.take(3);

  ASSERT_EQ(got.size(), 3U);
  const descriptor first(got[0].pidfd), third(got[2].pidfd);
  EXPECT_EQ(run_of(got[0]), "r_1");
  EXPECT_EQ(file_of(first.get()), file_of(one.get()));
  EXPECT_EQ(::fcntl(first.get(), F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(got[1].pidfd, -1);
  EXPECT_EQ(run_of(got[2]), "r_3");
  EXPECT_EQ(file_of(third.get()), file_of(two.get()));
}

TEST_F(KeeperLink, PairsADescriptorWhoseLineComesInPiecesLater) {
  const auto one = token();
  const auto line = spawned("r_1");
  keeper->say(keeper::print(keeper::report(keeper::stop_report{"x"})) + "\n");
  keeper->say_with(line.substr(0, 1), one.get());
  EXPECT_EQ(reports.next().pidfd, -1);
  keeper->say(line.substr(1, 10));
  keeper->say(line.substr(11));

  const descriptor got(reports.next().pidfd);

  EXPECT_EQ(file_of(got.get()), file_of(one.get()));
}

TEST_F(KeeperLink, PairsAHundredReannouncedAttempts) {
  constexpr int count = 100;
  std::vector<ino_t> sent;
  for (int i = 0; i < count; ++i) {
    const auto one = token();
    sent.push_back(file_of(one.get()));
    keeper->say_with(spawned("r_" + std::to_string(i)), one.get());
  }

  const auto got = reports.take(count);

  for (std::size_t i = 0; i < got.size(); ++i) {
    const descriptor own(got[i].pidfd);
    EXPECT_EQ(run_of(got[i]), "r_" + std::to_string(i));
    EXPECT_EQ(file_of(own.get()), sent[i]);
  }
}

TEST_F(KeeperLink, GivesAReportWithoutADescriptorNotItsNeighbours) {
  const auto one = token();

  on.perform([&] {
    keeper->say(spawned("r_1"));
    keeper->say_with(spawned("r_2"), one.get());
    keeper->say(spawned("r_3"));
  });
  const auto got = reports.take(3);

  ASSERT_EQ(got.size(), 3U);
  const descriptor second(got[1].pidfd);
  EXPECT_EQ(got[0].pidfd, -1);
  EXPECT_EQ(file_of(second.get()), file_of(one.get()));
  EXPECT_EQ(got[2].pidfd, -1);
}

TEST_F(KeeperLink, ClosesEveryDescriptorThatNobodyClaims) {
  const auto before = open_descriptors();
  auto one = token();
  const auto ping = keeper::print(keeper::report(keeper::ping_report{1})) + "\n";
  for (int i = 0; i < 20; ++i) {
    keeper->say_with(ping, one.get());
    keeper->say_with(spawned("r_1", "no such program"), one.get());
  }
  for (int i = 0; i < 20; ++i)
    EXPECT_NE(keeper->line(), "");
  EXPECT_EQ(reports.take(20).back().pidfd, -1);
  EXPECT_EQ(open_descriptors() - before, 1);
  for (int i = 0; i < 200; ++i)
    keeper->say_with("unfinished", one.get());

  subject.reset();
  keeper->close();
  one = descriptor();

  EXPECT_EQ(open_descriptors() - before, -2);
}

TEST_F(KeeperLink, ReadsAReportOfSeveralMegabytes) {
  keeper::kept_report kept{.request = 9, .attempts = {}};
  for (int i = 0; i < 10'000; ++i) {
    keeper::kept_attempt a{};
    a.spawned.key = {"r_" + std::string(200, 'x'), 1};
    kept.attempts.push_back(a);
  }
  const auto line = keeper::print(keeper::report(kept)) + "\n";
  ASSERT_GT(line.size(), 2U * 1024 * 1024);

  keeper->say(line);

  const auto got = std::get<keeper::kept_report>(reports.next().what);
  EXPECT_EQ(got.request, 9U);
  EXPECT_EQ(got.attempts.size(), 10'000U);
}

TEST_F(KeeperLink, SaysOnceThatTheKeeperEndedAfterItsLastReport) {
  keeper->say(keeper::print(keeper::report(keeper::stop_report{"last"})) + "\n");
  keeper->close();

  EXPECT_EQ(lost.next(), "the keeper's socket closed");
  EXPECT_EQ(reports.take_all().size(), 1U);
  subject->send(keeper::list_order{1});
  on.perform([] {});
  EXPECT_TRUE(lost.take_all().empty());
}

TEST_F(KeeperLink, IsLostWhenWhatIsSentIsNoReport) {
  keeper->say("{\"verb\":\"dance\"}\n" + spawned("r_1"));

  EXPECT_THAT(lost.next(), HasSubstr("the keeper sent what is no report: "));
  EXPECT_TRUE(keeper->ends());
  EXPECT_TRUE(reports.take_all().empty());
}

TEST_F(KeeperLink, IsLostWhenALineIsLongerThanAnyReport) {
  const std::string mebibyte(1024 * 1024, 'x');
  for (int i = 0; i < 65; ++i)
    keeper->say(mebibyte);
  keeper->say("\n");

  EXPECT_THAT(lost.next(), HasSubstr("a line of 68157440 bytes"));
}

TEST_F(KeeperLink, QueuesOrdersWithoutWaitingUntilTheBoundIsReached) {
  const keeper::write_order mebibyte{{"r_1", 1}, 1, std::string(1024 * 1024, 'x')};
  for (int i = 0; i < 60; ++i)
    subject->send(mebibyte);
  on.perform([] {});
  EXPECT_TRUE(lost.take_all().empty());

  for (int i = 0; i < 10; ++i)
    subject->send(mebibyte);

  EXPECT_EQ(lost.next(), "the keeper does not read its orders");
}

TEST_F(KeeperLink, ReportsWhatTheKeeperSentBeforeItStoppedListening) {
  on.perform([&] {
    keeper->say(spawned("r_1", "no such program"));
    keeper->close();
    subject->send(keeper::list_order{1});
  });

  EXPECT_EQ(run_of(reports.next()), "r_1");
  EXPECT_THAT(lost.next(), HasSubstr("the keeper's socket "));
}

TEST_F(KeeperLink, MayEndInsideAReport) {
  inbox<bool> ended;
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  plug other{descriptor(ends[0])};
  std::unique_ptr<keeper_link> brief;
  on.perform([&] {
    brief = std::make_unique<keeper_link>(
      on,
      ends[1],
      1,
      keeper_link::events{
        .reported =
          [&](const keeper::report&, const std::vector<descriptor>&) {
            brief.reset();
            ended.put(true);
          },
        .lost = [&](const std::string&) { ended.put(false); }});
  });

  other.say(spawned("r_1", "no") + spawned("r_2", "no"));

  EXPECT_TRUE(ended.next());
  EXPECT_TRUE(other.ends());
  on.perform([] {});
  EXPECT_TRUE(ended.take_all().empty());
}

} // namespace
} // namespace troupe::io
