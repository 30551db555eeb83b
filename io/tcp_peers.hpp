#pragma once

#include "io/clients.hpp"
#include "protocol/http.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace troupe::io {

/// The ends of a connected TCP socket; nothing if the other one is not on this machine.
[[nodiscard]] std::optional<tcp_ends> ends_of(int socket);

/// A line of /proc/net/tcp or tcp6.
struct tcp_row {
  std::uint64_t inode = 0; ///< 0: no process holds the socket any more.
};

/// The row of the socket at the near end of a connection, in the text of one of these
/// files. Pure. Source: Documentation/networking/proc_net_tcp.
[[nodiscard]] std::optional<tcp_row>
find_row(std::string_view table, const tcp_ends& of);

/// The same connection, seen from the other side.
[[nodiscard]] tcp_ends turned(const tcp_ends& ends);

/// Who is at the far end of a connection.
struct tcp_peer {
  bool hung_up = false; ///< Nobody any more.
  peer who;             ///< pid 0: that cannot be seen.
};

/// Of connections within this machine, all in one look at /proc: its cost is that of
/// all processes and what they have open. A process of another user, or one that hides
/// what it has open (PR_SET_DUMPABLE), is not seen unless this is root; nor is anybody
/// where the kernel does not list connections.
[[nodiscard]] std::vector<tcp_peer> find_peers(const std::vector<tcp_ends>& of);

} // namespace troupe::io
