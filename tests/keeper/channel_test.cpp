#include "keeper/channel.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace troupe::keeper {
namespace {

TEST(Channel, TakesABlockAtATimeSoThatNobodyWaitsForAll) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  channel ours{descriptor(ends[0])};
  descriptor theirs(ends[1]);
  const std::string line(999, 'x');
  constexpr int count = 100;
  std::string all;
  for (int i = 0; i < count; ++i)
    all += line + '\n';
  ASSERT_EQ(
    send(theirs.get(), all.data(), all.size(), MSG_DONTWAIT),
    static_cast<ssize_t>(all.size()));
  int heard = 0;
  const auto read = [&] {
    return ours.read([&](std::string_view text) { heard += text == line ? 1 : 0; });
  };

  EXPECT_EQ(read(), channel::rest::perhaps);
  EXPECT_GT(heard, 0);
  EXPECT_LT(heard, count);
  while (read() == channel::rest::perhaps)
    ;
  EXPECT_EQ(heard, count);
  EXPECT_EQ(read(), channel::rest::none);
  theirs.reset();
  EXPECT_EQ(read(), channel::rest::closed);
}

} // namespace
} // namespace troupe::keeper
