#pragma once

#include "cli/place.hpp"

namespace troupe::cli {

/// `troupe mcp`: stands between a client on stdin and stdout and the daemon on its
/// socket. Passes whole lines unchanged both ways and invents nothing but errors.
///
/// A lost daemon is reached again (see dialer); the conversation is opened anew and
/// what was unanswered is sent again under the same ids, which the daemon knows. If it
/// cannot be reached, each request is answered with an error; the next one tries again.
/// When stdin ends: half-closes, delivers the answers still due, ends. SIGINT, SIGTERM,
/// SIGHUP or a closed stdout end it at once; the runs live on in the daemon.
///
/// Returns the exit code: 0, or 4 if no daemon was ever reached.
int relay(const place& where, hello greeting);

} // namespace troupe::cli
