#pragma once

#include "gateway/row.hpp"

namespace troupe::mcp {

inline constexpr std::string_view default_toolsets = "runs";

/// Beside toolsets: of them, only tools that change nothing.
inline constexpr std::string_view read_only_word = "read-only";

/// Whether a list of toolsets has that word.
[[nodiscard]] bool is_read_only(std::string_view toolsets);

/// From names such as `runs,verbs`, `all` or `runs,read-only`. An unknown name is an
/// error with the nearest right one.
[[nodiscard]] result<tool_list> listed(std::string_view toolsets);

/// What a client's model is told of the whole server: how the listed tools work
/// together, most important first, below 2,000 bytes (Claude Code cuts them there).
[[nodiscard]] std::string instructions(const tool_list& list);

/// docs/tools.md: every tool with its arguments and answer.
[[nodiscard]] std::string tool_table_markdown();

} // namespace troupe::mcp
