#pragma once

#include "protocol/json.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mcp {

/// What a client sees of a tool before calling it, and how long its answer may take.
struct tool_info {
  std::string_view name;
  std::string_view title;
  std::string_view description; ///< What it does and what to call next.
  std::string_view toolset;     ///< Tools are listed by sets; empty: it is in none.
  bool read_only = false;
  bool destructive = false;
  bool idempotent = false;
  bool open_world = false;
  bool waits = false; ///< May take long by design: progress is told meanwhile.
  int schema_version = 1;
  std::chrono::milliseconds timeout{0};
  /// What an answer says that it still waits for; nothing if it is settled. Null: no
  /// client can leave the wait as a task.
  std::optional<std::string> (*waits_for)(const json& answer) = nullptr;
};

/// A tool as it is listed. Who calls it is the business of the server.
struct tool {
  tool_info info;
  json input_schema;
  json output_schema; ///< Null: its answers are content without data.
};

/// The tools that one client is shown and may call.
using tool_list = std::vector<const tool*>;

/// A schema without what says nothing: empty defaults, and defaults of whole objects
/// whose members state theirs.
[[nodiscard]] json lean(json schema);

/// A schema without its descriptions, defaults, lower bounds, formats and lists of
/// words, as answers are listed: a model sees the answer, the documentation has the
/// words, and the list stays small.
[[nodiscard]] json wordless(json schema);

} // namespace troupe::mcp
