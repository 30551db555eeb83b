#include "io/tcp_peers.hpp"

#include "io/http_listener.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::io {
namespace {

tcp_ends::address address(const char* text) {
  tcp_ends::address bytes{};
  EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
  return bytes;
}

tcp_ends ends(
  const char* near, std::uint16_t near_port, const char* far, std::uint16_t far_port) {
  return {
    .connection = 0,
    .near = address(near),
    .far = address(far),
    .near_port = near_port,
    .far_port = far_port};
}

/// As on a little-endian machine.
constexpr const char* table_v4 =
  "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
  "timeout inode\n"
  "   0: 0100007F:1E61 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000   "
  "     0 4711 1 000000007aa0685c 100 0 0 10 0\n"
  "   1: 0100007F:1E61 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000   "
  "     0 4712 1 0000000000000000 20 4 30 10 -1\n"
  "   2: 0100007F:C350 0100007F:1E61 01 00000000:00000000 00:00000000 00000000  1000   "
  "     0 4713 1 0000000000000000 20 4 30 10 -1\n"
  "  10: 0200007F:C351 0100007F:1E61 05 00000000:00000000 03:00001770 00000000     0   "
  "     0 0 3 0000000000000000\n";

constexpr const char* table_v6 =
  "  sl  local_address                         remote_address                        "
  "st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
  "   0: 00000000000000000000000001000000:C350 00000000000000000000000001000000:1E61 "
  "01 00000000:00000000 00:00000000 00000000  1000        0 5813 1 0000000000000000 20 "
  "4 30 10 -1\n"
  "   1: 0000000000000000FFFF00000100007F:C352 0000000000000000FFFF00000100007F:1E61 "
  "01 00000000:00000000 00:00000000 00000000  1000        0 5814 1 0000000000000000 20 "
  "4 30 10 -1\n"
  "   2: B80D0120000000000000000001000000:C353 B80D0120000000000000000001000000:1E61 "
  "01 00000000:00000000 00:00000000 00000000  1000        0 5815 1 0000000000000000 20 "
  "4 30 10 -1\n";

TEST(TcpRow, IsFoundByBothEndsOfItsConnection) {
  struct sample {
    tcp_ends of;
    std::uint64_t inode;
  };
  const auto both = std::string(table_v4) + table_v6;
  for (const auto& [of, inode] : std::vector<sample>{
         {ends("::ffff:127.0.0.1", 0xC350, "::ffff:127.0.0.1", 0x1E61), 4713},
         {ends("::ffff:127.0.0.1", 0x1E61, "::ffff:127.0.0.1", 0xC350), 4712},
         {ends("::ffff:127.0.0.2", 0xC351, "::ffff:127.0.0.1", 0x1E61), 0},
         {ends("::1", 0xC350, "::1", 0x1E61), 5813},
         {ends("::ffff:127.0.0.1", 0xC352, "::ffff:127.0.0.1", 0x1E61), 5814},
         {ends("2001:db8::1", 0xC353, "2001:db8::1", 0x1E61), 5815}}) {
    const auto row = find_row(both, of);
    ASSERT_TRUE(row) << inode;
    EXPECT_EQ(row->inode, inode);
  }
}

TEST(TcpRow, IsNoOther) {
  const auto other = ends("::ffff:127.0.0.1", 0xC351, "::ffff:127.0.0.1", 0x1E61);
  EXPECT_FALSE(find_row(table_v4, other));
  EXPECT_FALSE(find_row(table_v6, other));
}

TEST(TcpRow, IsNotReadFromALineThatIsTornOrStrange) {
  const auto of = ends("::ffff:127.0.0.1", 0xC350, "::ffff:127.0.0.1", 0x1E61);
  const std::string line = "2: 0100007F:C350 0100007F:1E61 01 0:0 0:0 0 1000 0 4713 1";
  EXPECT_TRUE(find_row(line, of));
  for (std::size_t cut = 0; cut < line.find("4713"); ++cut)
    EXPECT_FALSE(find_row(line.substr(0, cut), of)) << cut;
  EXPECT_FALSE(find_row("2: 0100007F:C350 0100007F:1E61 01 0:0 0:0 0 1000 0 47x3", of));
  EXPECT_FALSE(find_row("2: 010000ZF:C350 0100007F:1E61 01 0:0 0:0 0 1000 0 1", of));
  EXPECT_FALSE(find_row("2: :C350 :1E61 01 0:0 0:0 0 1000 0 1", of));
}

/// A listener on this machine, and a client of it.
struct meeting {
  explicit meeting(const std::string& host) {
    auto listening = listen_at({host, 0});
    EXPECT_TRUE(listening);
    listener = std::move(*listening);
    sockaddr_storage where{};
    socklen_t size = sizeof where;
    getsockname(listener.get(), reinterpret_cast<sockaddr*>(&where), &size);
    theirs.reset(socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(connect(theirs.get(), reinterpret_cast<sockaddr*>(&where), size), 0);
    pollfd come{listener.get(), POLLIN, 0};
    EXPECT_EQ(poll(&come, 1, 10'000), 1);
    ours.reset(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }

  keeper::descriptor listener;
  keeper::descriptor theirs;
  keeper::descriptor ours;
};

TEST(TcpPeer, IsTheProcessThatHoldsTheOtherEnd) {
  const meeting one("127.0.0.1");
  const meeting two("127.0.0.1");
  const auto first = ends_of(one.ours.get());
  const auto second = ends_of(two.ours.get());
  ASSERT_TRUE(first && second);

  const auto found = find_peers({*first, *second});

  ASSERT_EQ(found.size(), 2U);
  for (const auto& each : found) {
    EXPECT_FALSE(each.hung_up);
    EXPECT_EQ(each.who.pid, getpid());
    ASSERT_FALSE(each.who.ancestors.empty());
    EXPECT_EQ(each.who.ancestors.front(), getppid());
  }
}

TEST(TcpPeer, IsNobodyOnceItHungUp) {
  meeting one("127.0.0.1");
  const auto of = ends_of(one.ours.get());
  ASSERT_TRUE(of);
  one.theirs.reset();

  const auto found = find_peers({*of});

  EXPECT_TRUE(found.front().hung_up);
  EXPECT_EQ(found.front().who.pid, 0);
}

TEST(TcpPeer, OfAConnectionThatIsNotListedIsNotKnown) {
  const auto found = find_peers({ends("2001:db8::1", 1, "2001:db8::1", 2)});
  EXPECT_FALSE(found.front().hung_up);
  EXPECT_EQ(found.front().who.pid, 0);
}

} // namespace
} // namespace troupe::io
