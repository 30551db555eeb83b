#pragma once

#include "agents/agent_line.hpp"
#include "protocol/usage.hpp"

/// What `codex exec` calls otherwise than `codex app-server`.
namespace troupe::agents::codex {

/// An item in the words of the server: `aggregated_output` as `aggregatedOutput`.
[[nodiscard]] json as_server_item(const json& item);

/// A `todo_list` as `{todos: [{content, status}]}`.
[[nodiscard]] json exec_todos(const json& item);

/// Of `turn.completed`: what the thread has spent since it was begun.
[[nodiscard]] token_usage exec_tokens(const json& usage);

} // namespace troupe::agents::codex
