#include "io/tcp_peers.hpp"

#include "io/http_listener.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

namespace troupe::io {
namespace {

/// A listener on this machine, and a client of it, which may come from an address.
struct meeting {
  explicit meeting(const std::string& host, const in_addr* from = nullptr) {
    auto listening = listen_at({host, 0});
    EXPECT_TRUE(listening);
    listener = std::move(*listening);
    sockaddr_storage where{};
    socklen_t size = sizeof where;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&where), &size);
    theirs.reset(socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (from != nullptr) {
      sockaddr_in own{};
      own.sin_family = AF_INET;
      own.sin_addr = *from;
      EXPECT_EQ(bind(theirs.get(), reinterpret_cast<sockaddr*>(&own), sizeof own), 0);
    }
    EXPECT_EQ(connect(theirs.get(), reinterpret_cast<sockaddr*>(&where), size), 0);
    pollfd come{listener.get(), POLLIN, 0};
    EXPECT_EQ(poll(&come, 1, 10'000), 1);
    ours.reset(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  [[nodiscard]] tcp_ends ends() const {
    const auto of = ends_of(ours.get());
    EXPECT_TRUE(of);
    return of.value_or(tcp_ends());
  }

  keeper::descriptor listener;
  keeper::descriptor theirs;
  keeper::descriptor ours;
};

/// An address of this machine by which others reach it.
std::optional<in_addr> outer_address() {
  ifaddrs* all = nullptr;
  if (getifaddrs(&all) != 0)
    return {};
  std::optional<in_addr> found;
  for (const auto* each = all; each != nullptr && !found; each = each->ifa_next)
    if (each->ifa_addr != nullptr && each->ifa_addr->sa_family == AF_INET) {
      sockaddr_in v4{};
      std::memcpy(&v4, each->ifa_addr, sizeof v4);
      if (ntohl(v4.sin_addr.s_addr) >> 24U != 127)
        found = v4.sin_addr;
    }
  freeifaddrs(all);
  return found;
}

void expect_us(const tcp_peer& found) {
  EXPECT_FALSE(found.hung_up);
  EXPECT_EQ(found.who.pid, getpid());
  ASSERT_FALSE(found.who.ancestors.empty());
  EXPECT_EQ(found.who.ancestors.front(), getppid());
}

TEST(TcpPeer, IsTheProcessThatHoldsTheOtherEnd) {
  const meeting one("127.0.0.1");
  const meeting two("127.0.0.1");

  const auto found = find_peers({one.ends(), two.ends()});

  ASSERT_EQ(found.size(), 2U);
  for (const auto& each : found)
    expect_us(each);
}

TEST(TcpPeer, IsSeenOverIpv6Too) {
  if (access("/proc/net/tcp6", R_OK) != 0 || !listen_at({"::1", 0}))
    GTEST_SKIP() << "NOT SHOWN: there is no IPv6 here";
  const meeting one("::1");
  expect_us(find_peers({one.ends()}).front());
}

TEST(TcpPeer, IsSeenByWhateverAddressOfThisMachineItComesFrom) {
  in_addr other{};
  inet_pton(AF_INET, "127.1.2.3", &other);
  const meeting one("127.0.0.1", &other);
  expect_us(find_peers({one.ends()}).front());

  const auto outer = outer_address();
  if (!outer)
    GTEST_SKIP() << "NOT SHOWN: this machine has the loopback only";
  const meeting two("127.0.0.1", &*outer);
  expect_us(find_peers({two.ends()}).front());
}

TEST(TcpPeer, IsNobodyOnceItHungUp) {
  meeting one("127.0.0.1");
  const auto of = one.ends();
  one.theirs.reset();

  const auto found = find_peers({of});

  EXPECT_TRUE(found.front().hung_up);
  EXPECT_EQ(found.front().who.pid, 0);
}

TEST(TcpPeer, OfAConnectionThatWeEndedIsNobody) {
  meeting one("127.0.0.1");
  const auto of = one.ends();
  one.theirs.reset();
  one.ours.reset();

  const auto found = find_peers({of});

  EXPECT_TRUE(found.front().hung_up);
  EXPECT_EQ(found.front().who.pid, 0);
}

TEST(TcpPeer, LeavesNothingOpen) {
  const meeting one("127.0.0.1");
  const keeper::descriptor before(dup(one.ours.get()));
  static_cast<void>(find_peers({one.ends()}));
  const keeper::descriptor after(dup(one.ours.get()));
  EXPECT_EQ(after.get(), before.get() + 1);
}

/// What is seen of a child that holds the other end, hidden or not, by an ordinary
/// user: from root nothing hides. Ends this process with a word.
[[noreturn]] void look_at_child(bool hidden) {
  constexpr int by_other_user = 1000;
  if (
    geteuid() == 0 && (setresgid(by_other_user, by_other_user, by_other_user) != 0 ||
                       setresuid(by_other_user, by_other_user, by_other_user) != 0))
    _exit(9);
  meeting one("127.0.0.1");
  std::array<int, 2> ready{};
  if (pipe(ready.data()) != 0)
    _exit(9);
  const auto child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, hidden ? 0 : 1);
    if (write(ready[1], "", 1) == 1)
      pause();
    _exit(9);
  }
  char byte = 0;
  if (read(ready[0], &byte, 1) != 1)
    _exit(9);
  one.theirs.reset();
  const auto found = find_peers({one.ends()}).front();
  const auto* said = found.hung_up            ? "hung up"
                     : found.who.pid == child ? "seen"
                     : found.who.pid == 0     ? "not seen"
                                              : "another";
  dprintf(STDERR_FILENO, "it is %s", said);
  _exit(0);
}

TEST(TcpPeer, OfTheSameUserIsSeenUnlessItHides) {
  GTEST_FLAG_SET(death_test_style, "fast");
  EXPECT_EXIT(look_at_child(false), ::testing::ExitedWithCode(0), "it is seen");
  EXPECT_EXIT(look_at_child(true), ::testing::ExitedWithCode(0), "it is not seen");
}

} // namespace
} // namespace troupe::io
