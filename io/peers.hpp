#pragma once

#include "io/clients.hpp"

#include <optional>

namespace troupe::io {

/// Who connected this socket, as the kernel remembers it; what /proc says besides is
/// what could be read: the process may be gone by now. Nothing if the kernel does not
/// say.
[[nodiscard]] std::optional<peer> peer_of(int socket);

struct process_facts {
  peer who;           ///< `uid` is our own.
  bool whole = false; ///< Else it has ended, or its parents keep ending.
};

/// What /proc says of a process. Parents are read one by one: if one ends meanwhile,
/// they are read again, a few times.
[[nodiscard]] process_facts facts_of(int pid);

} // namespace troupe::io
