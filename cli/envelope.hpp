#pragma once

#include "protocol/jsonrpc.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::cli {

/// As much of a message as someone in the middle has to know. `id` is its JSON text
/// (`7`, `"7"`), so that ids of different types stay different; empty if there is none.
struct envelope {
  jsonrpc::kind what = jsonrpc::kind::notification;
  std::string id;
  std::string method;
};

/// Reads one line only as far as needed: a long result behind its id is not looked at.
/// Nothing if it is no single JSON-RPC message (a batch, or not JSON); the daemon is
/// the one to complain about that.
[[nodiscard]] std::optional<envelope> peek(std::string_view line);

} // namespace troupe::cli
