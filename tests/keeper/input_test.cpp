#include "keeper/input.hpp"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <vector>

namespace troupe::keeper {
namespace {

using lost_lines = std::vector<std::pair<std::uint64_t, std::string>>;

class Input : public testing::Test {
protected:
  Input() {
    signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    agent_.reset(ends[0]);
    input_ = std::make_unique<input>(
      waits_,
      descriptor(ends[1]),
      input::make_spool(),
      input::listener{
        [this](std::uint64_t n, std::string_view why) { lost_.emplace_back(n, why); },
        [this] { ++closed_; }});
  }

  std::string read_some() {
    std::array<char, 65536> block{};
    const auto n = read(agent_.get(), block.data(), block.size());
    return n > 0 ? std::string(block.data(), static_cast<std::size_t>(n)) : "";
  }

  std::string read_all() {
    std::string all;
    for (auto part = read_some(); !part.empty(); part = read_some()) {
      all += part;
      std::ignore = waits_.after(std::chrono::milliseconds(0), [] {});
      waits_.wait();
    }
    return all;
  }

  poller waits_;
  descriptor agent_;
  lost_lines lost_;
  int closed_ = 0;
  std::unique_ptr<input> input_;
};

TEST_F(Input, WritesALineOnce) {
  input_->write(1, "a");
  input_->write(1, "a");
  input_->write(4, "b");

  EXPECT_EQ(read_some(), "a\nb\n");
  EXPECT_EQ(input_->last(), 4U);
}

TEST_F(Input, RefusesWhatGoesBeyondFourMegabytesAndAllAfterItUntilItComesAgain) {
  const std::string big(1 << 20, 'x');
  for (std::uint64_t n = 1; n <= 6; ++n)
    input_->write(n, big);
  input_->write(7, "small");
  ASSERT_EQ(lost_, (lost_lines{{5, "full"}, {6, "full"}, {7, "full"}}));
  EXPECT_EQ(input_->last(), 4U) << "the pipe holds some of the first";

  const auto waited = read_all();
  input_->write(5, "five");
  input_->write(7, "small");

  EXPECT_EQ(waited.size(), 4 * (big.size() + 1));
  EXPECT_EQ(read_some(), "five\nsmall\n");
  EXPECT_EQ(lost_.size(), 3U);
}

TEST_F(Input, ReportsWhatWaitedWhenTheAgentClosesItsEnd) {
  const std::string big(200'000, 'x');
  input_->write(1, big);
  input_->write(2, "later");

  agent_.reset();
  waits_.wait();
  input_->write(3, "too late");

  EXPECT_EQ(lost_, (lost_lines{{1, "closed"}, {2, "closed"}, {3, "closed"}}));
}

TEST_F(Input, NoticesAClosedEndBeforeAnythingIsWritten) {
  agent_.reset();
  waits_.wait();

  input_->write(1, "x");

  EXPECT_EQ(lost_, (lost_lines{{1, "closed"}}));
}

TEST_F(Input, ClosesOnlyAfterWhatItAccepted) {
  const std::string big(200'000, 'x');
  input_->write(1, big);

  input_->close();
  input_->write(2, "after");
  const auto all = read_all();

  EXPECT_EQ(all.size(), big.size() + 1);
  EXPECT_EQ(read(agent_.get(), nullptr, 0), 0);
  EXPECT_EQ(lost_, (lost_lines{{2, "closed"}}));
}

TEST_F(Input, GoesOnAtTheVeryByteInAnother) {
  const std::string big(200'000, 'x');
  input_->write(1, big);
  input_->write(2, "two");
  descriptor pipe(dup(input_->pipe()));
  descriptor spool(dup(input_->spool()));
  input_.reset();
  std::string all = read_some();
  input next(waits_, std::move(pipe), std::move(spool), {[](auto, auto) {}, [] {}});
  next.write(2, "two");
  next.write(3, "three");

  EXPECT_EQ(next.last(), 3U);
  EXPECT_EQ(all + read_all(), big + "\ntwo\nthree\n");
}

TEST_F(Input, BeginsItsSpoolAnewOnceAllIsRead) {
  const std::string big(1 << 20, 'x');
  for (std::uint64_t n = 1; n <= 70; ++n) {
    input_->write(n, big);
    ASSERT_EQ(read_all(), big + "\n") << n;
  }

  EXPECT_TRUE(lost_.empty());
  EXPECT_LT(lseek(input_->spool(), 0, SEEK_END), 4 << 20);
}

} // namespace
} // namespace troupe::keeper
