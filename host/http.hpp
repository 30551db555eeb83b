#pragma once

#include "actors/io_room.hpp"
#include "mcp/http_guard.hpp"
#include "protocol/http_settings.hpp"

#include <filesystem>
#include <optional>

namespace troupe::host {

/// The door for clients over HTTP, open but with nobody let in.
struct http_door_setup {
  io_room::http_side side;
  mcp::http_rules rules;
};

/// Listens as the settings say, makes the token (mode 0600) if there is none, and
/// writes
/// `<state>/http.json`. With port 0, the port of the supervisor before if that is free:
/// clients find the next one where they found the last. Nothing if no address is given,
/// or if it cannot: runs matter more than this door, so http.json says why, and so do
/// the log and `troupe daemon status` (docs/decisions/0019).
[[nodiscard]] std::optional<http_door_setup>
open_http(const http_settings& settings, const std::filesystem::path& state_dir);

} // namespace troupe::host
