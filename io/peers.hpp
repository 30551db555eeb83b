#pragma once

#include "io/clients.hpp"

#include <optional>

namespace troupe::io {

/// Who connected this socket, as the kernel remembers it; what /proc says besides is
/// what could be read: the process may be gone by now. Nothing if the kernel does not
/// say.
[[nodiscard]] std::optional<peer> peer_of(int socket);

/// What /proc says of a process of our own user.
[[nodiscard]] peer facts_of(int pid);

} // namespace troupe::io
