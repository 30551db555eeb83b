#pragma once

#include "agents/agent_line.hpp"

#include <string>
#include <string_view>

namespace troupe::agents::acp {

/// What is known beside the agent's word for the end of its turn.
struct turn_facts {
  bool interrupted = false; ///< We asked for it.
  bool denied = false;      ///< A permission was denied in this turn.
  std::string last_text;    ///< What the agent said last.
};

/// Judges a `stopReason`. A turn that was interrupted or denied something, and ends as
/// if it were done without a word, was cancelled: OpenCode 1.18.33 says so.
[[nodiscard]] turn_end judge_stop(std::string_view stop_reason, turn_facts facts);

/// Judges a JSON-RPC error. Agents put what the service said where they like: into the
/// code, the words, or one of several members of `data`.
[[nodiscard]] exit_reason judge_error(const json& error);

/// Its words, in one line.
[[nodiscard]] std::string words_of(const json& error);

/// Judges the end of a process that gave no result to what it was asked.
[[nodiscard]] exit_reason
judge_end(const process_end& how, bool asked, bool said_anything);

} // namespace troupe::agents::acp
