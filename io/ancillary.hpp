#pragma once

#include "keeper/descriptor.hpp"

#include <sys/types.h>

#include <cstddef>
#include <span>
#include <vector>

namespace troupe::io {

using keeper::descriptor;

/// recvmsg without waiting, of bytes and of up to descriptors_max descriptors sent
/// beside them (close-on-exec). More are closed; descriptors this process has
/// no room for are lost. Returns as recvmsg does.
[[nodiscard]] ssize_t receive_with(
  int socket,
  std::span<char> bytes,
  std::size_t descriptors_max,
  std::vector<descriptor>& beside);

} // namespace troupe::io
