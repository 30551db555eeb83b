#pragma once

#include "protocol/http.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace troupe::io {

/// A line of /proc/net/tcp or tcp6.
struct tcp_row {
  std::uint64_t inode = 0;  ///< 0: no process holds the socket any more.
  bool established = false; ///< Neither end was closed, as far as this one knows.
};

/// The connections that such files list, by both their ends. Pure. Source:
/// Documentation/networking/proc_net_tcp.
class tcp_table {
public:
  explicit tcp_table(std::string_view text);

  /// Of the socket at the near end.
  [[nodiscard]] std::optional<tcp_row> find(const tcp_ends& of) const;

  [[nodiscard]] bool empty() const { return rows_.empty(); }

private:
  using key = std::array<std::uint8_t, 36>; ///< Both addresses, both ports.

  static key key_of(const tcp_ends& ends);

  std::map<key, tcp_row> rows_;
};

/// What a table says of the far end of a connection whose near end is ours.
struct far_end {
  bool hung_up = false;    ///< Nobody holds it any more.
  bool certain = true;     ///< Else a row may have been missed: read again.
  std::uint64_t inode = 0; ///< Of its socket; 0: hung up, elsewhere, or not listed.
};

/// A near end that is not open says that the far one hung up, whatever became of it. A
/// far end without a row is elsewhere, unless it has an address that no other machine
/// has. A table without rows says nothing.
[[nodiscard]] far_end find_far_end(const tcp_table& table, const tcp_ends& of);

/// The same connection, seen from the other side.
[[nodiscard]] tcp_ends turned(const tcp_ends& ends);

/// How IPv4 addresses begin in IPv6.
inline constexpr tcp_ends::address mapped_v4{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

} // namespace troupe::io
