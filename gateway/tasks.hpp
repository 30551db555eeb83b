#pragma once

#include "gateway/toolsets.hpp"
#include "protocol/values.hpp"

#include <optional>
#include <string>
#include <string_view>

/// A wait that a client leaves to be looked at later, as a task. Source: MCP
/// 2026-07-28, extension io.modelcontextprotocol/tasks.
namespace troupe::mcp {

/// Nothing of a task is kept: its id says which tool was asked what and since when, and
/// to look at it asks the tool again, in the name of whoever looks, without waiting. So
/// tasks outlive the daemon, fill nothing up, and tell nobody what the tool would not.
struct task {
  const tool* which = nullptr;
  json arguments = json::object(); ///< Without `wait_ms`.
  timestamp since;
};

/// Claude Code takes no longer one; three runs by their ids fit.
inline constexpr std::size_t task_id_max = 128;
inline constexpr int task_poll_ms = 2000;

/// Whether a tool can be waited for like this.
[[nodiscard]] bool can_be_task(const tool& which);

/// Printable ASCII without spaces, fit for a header. Empty if it would be longer than
/// `task_id_max`, or an argument is more than letters, digits and `_-.`, or a list of
/// that.
[[nodiscard]] std::string id_of(const task& of);

/// The task of an id that these tools have given.
[[nodiscard]] std::optional<task> read_task(std::string_view id, const tool_list& list);

/// The arguments with which its tool answers at once.
[[nodiscard]] json at_once(json arguments);

/// What it still waits for; nothing if the answer settles it.
[[nodiscard]] std::optional<std::string>
waited_for(const task& of, const raw_json& answer);

/// The fields of a task that has not ended.
[[nodiscard]] json working(const task& of, std::string waits_for, timestamp now);

/// The same of one that has, without its result.
[[nodiscard]] json completed(const task& of, timestamp now);

} // namespace troupe::mcp
