#pragma once

#include <optional>
#include <string>

namespace troupe::cli {

/// `troupe mcp --standalone`: the relay with a daemon of its own, which no other client
/// shares and which ends with this process, however that ends: then all its agents do.
/// No other daemon is touched; nothing listens on HTTP.
///
/// Without `state_dir` it lives in a new directory beside the user's state directory
/// (`troupe-standalone/…`), which is removed at the end, and what others left there
/// whose client and daemon were killed together is ended and removed at the start.
/// With one, that is kept; it is an error (exit code 1) if another daemon serves it.
///
/// When the client has ended, its agents are stopped as by `troupe daemon stop`, and
/// this waits for that, up to 25 s. Inside a run there is a daemon above: there this is
/// `troupe mcp` and nothing more.
///
/// Returns the exit code of the relay.
int serve_alone(
  const std::optional<std::string>& state_dir,
  const std::optional<std::string>& config,
  const std::optional<std::string>& toolsets);

} // namespace troupe::cli
