#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/http.hpp"
#include "protocol/result.hpp"

namespace troupe::io {

/// A TCP socket that listens there and nowhere else; an IPv6 address is one alone.
[[nodiscard]] result<keeper::descriptor> listen_at(const http_address& where);

/// Where it listens, with the port that was found for 0.
[[nodiscard]] http_address address_of(int listener);

} // namespace troupe::io
