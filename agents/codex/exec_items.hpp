#pragma once

#include "agents/agent_line.hpp"
#include "protocol/usage.hpp"

namespace troupe::agents::codex {

/// An item of `codex exec` in the words of `codex app-server`.
[[nodiscard]] json as_server_item(const json& item);

/// Of `turn.completed`: what the thread has spent since it was begun.
[[nodiscard]] attempt_usage spent_in(const json& usage);

} // namespace troupe::agents::codex
