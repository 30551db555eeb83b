#pragma once

#include "io/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::io {

/// recvmsg without waiting, of bytes and of up to descriptors_max descriptors sent
/// beside them (close-on-exec). More are closed; if the kernel could not hand one over
/// (this process has no room for it), an empty one is added in the place of all that
/// were lost. Returns as recvmsg does.
[[nodiscard]] ssize_t receive_with(
  int socket,
  std::span<char> bytes,
  std::size_t descriptors_max,
  std::vector<descriptor>& beside);

} // namespace troupe::io
