#include "io/tcp_table.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

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

std::optional<tcp_row> find_row(std::string_view text, const tcp_ends& of) {
  return tcp_table(text).find(of);
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

/// Ours are the near ends of connections to port 1E61.
constexpr const char* table_of_ours =
  "0: 0100007F:1E61 0100007F:C350 01 0:0 0:0 0 1000 0 11 1\n"
  "1: 0100007F:C350 0100007F:1E61 01 0:0 0:0 0 1000 0 12 1\n"
  "2: 0100007F:1E61 0100007F:C351 08 0:0 0:0 0 1000 0 13 1\n"
  "3: 0100007F:C351 0100007F:1E61 05 0:0 0:0 0 1000 0 14 1\n"
  "4: 0100007F:1E61 0100007F:C352 01 0:0 0:0 0 1000 0 15 1\n"
  "5: 0100007F:C352 0100007F:1E61 04 0:0 0:0 0 0 0 0 1\n"
  "6: 0100007F:1E61 0100007F:C353 01 0:0 0:0 0 1000 0 16 1\n"
  "7: 0500000A:1E61 0600000A:C354 01 0:0 0:0 0 1000 0 17 1\n"
  "8: 0500000A:1E61 0500000A:C355 01 0:0 0:0 0 1000 0 18 1\n"
  "9: 0500000A:1E61 0700000A:C356 01 0:0 0:0 0 1000 0 19 1\n"
  "10: 0700000A:C356 0500000A:1E61 01 0:0 0:0 0 1000 0 20 1\n";

far_end far_end_of(const char* near, std::uint16_t far_port, const char* far) {
  return find_far_end(
    tcp_table(table_of_ours),
    ends(
      (std::string("::ffff:") + near).c_str(),
      0x1E61,
      (std::string("::ffff:") + far).c_str(),
      far_port));
}

TEST(FarEnd, IsASocketOfThisMachineByWhateverAddress) {
  EXPECT_EQ(far_end_of("127.0.0.1", 0xC350, "127.0.0.1").inode, 12U);
  EXPECT_EQ(far_end_of("10.0.0.5", 0xC356, "10.0.0.7").inode, 20U);
}

TEST(FarEnd, HungUpIfItsSocketIsHeldByNobodyOrOursIsNotOpen) {
  for (const std::uint16_t port :
       std::initializer_list<std::uint16_t>{0xC351, 0xC352}) {
    const auto far = far_end_of("127.0.0.1", port, "127.0.0.1");
    EXPECT_TRUE(far.hung_up && far.certain) << port;
    EXPECT_EQ(far.inode, 0U);
  }
}

TEST(FarEnd, HungUpIfARowThatMustBeThereIsMissed) {
  for (const auto& far :
       {far_end_of("127.0.0.1", 0xC359, "127.0.0.1"),
        far_end_of("127.0.0.1", 0xC353, "127.0.0.1"),
        far_end_of("10.0.0.5", 0xC355, "10.0.0.5")}) {
    EXPECT_TRUE(far.hung_up);
    EXPECT_FALSE(far.certain);
  }
}

TEST(FarEnd, IsElsewhereIfOnlyOursIsListed) {
  const auto far = far_end_of("10.0.0.5", 0xC354, "10.0.0.6");
  EXPECT_FALSE(far.hung_up);
  EXPECT_EQ(far.inode, 0U);
}

TEST(FarEnd, IsNotKnownWhereNothingIsListed) {
  const auto far = find_far_end(tcp_table(""), ends("::1", 1, "::1", 2));
  EXPECT_FALSE(far.hung_up);
  EXPECT_TRUE(far.certain);
  EXPECT_EQ(far.inode, 0U);
}

} // namespace
} // namespace troupe::io
