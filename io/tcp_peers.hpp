#pragma once

#include "io/clients.hpp"
#include "protocol/http.hpp"

#include <optional>
#include <vector>

namespace troupe::io {

/// The ends of a connected TCP socket.
[[nodiscard]] std::optional<tcp_ends> ends_of(int socket);

/// Who is at the far end of a connection.
struct tcp_peer {
  bool hung_up = false; ///< Nobody any more.
  peer who;             ///< pid 0: that cannot be seen.
};

/// Of connections that this process holds the near ends of, in one look at /proc: its
/// cost is that of all TCP connections, all processes and what they have open. What
/// changed under the look is looked at again, a few times.
///
/// Not seen is who is on another machine or in another network namespace; nor, unless
/// this is root, a process of another user, or one that hides what it has open
/// (PR_SET_DUMPABLE); nor anybody where the kernel lists no connections.
[[nodiscard]] std::vector<tcp_peer> find_peers(const std::vector<tcp_ends>& of);

} // namespace troupe::io
