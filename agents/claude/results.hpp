#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <string>

namespace troupe::agents::claude {

/// What is known beside the result line itself.
struct turn_facts {
  bool interrupted = false; ///< We asked for it.
  std::optional<timestamp> limit_until;
};

/// Judges a `result` line. Its exit code and its subtype lie: an API error comes as
/// subtype `success` with `is_error`.
[[nodiscard]] turn_end judge(const json& result, const turn_facts& facts);

/// Whether the session to resume does not exist.
[[nodiscard]] bool is_unknown_session(std::string_view text);

/// Judges the end of a process that gave no result to what it was asked.
[[nodiscard]] exit_reason
judge_end(const process_end& how, bool asked, bool said_anything);

} // namespace troupe::agents::claude
