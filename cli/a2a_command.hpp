#pragma once

#include "cli/options.hpp"
#include "cli/place.hpp"

namespace troupe::cli {

/// `troupe a2a serve`: becomes troupe-a2a, which serves a backend as an agent of the
/// A2A protocol, with a relay of its own to the daemon. Returns the exit code only if
/// it cannot.
[[nodiscard]] int serve_a2a(const place& where, const a2a_options& wanted);

} // namespace troupe::cli
