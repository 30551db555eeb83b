#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <string>

namespace troupe::agents::codex {

/// The message of an error: of a turn, or of a refused request.
[[nodiscard]] std::string words_of(const json& error);

/// The HTTP status it was caused by, if it tells one.
[[nodiscard]] std::optional<std::int64_t> status_of(const json& error);

/// Why a turn failed. `limit_until` is when the usage limit that was hit last ends.
[[nodiscard]] exit_reason
judge_failure(const json& error, std::optional<timestamp> limit_until);

/// Why no thread could be had: `thread/start` or `thread/resume` was refused.
[[nodiscard]] exit_reason judge_refusal(const json& error, const std::string& session);

/// Whether the session to resume does not exist.
[[nodiscard]] bool is_unknown_session(const json& error);

/// Judges the end of a process that gave no end to what it was asked. It leaves with 0
/// in the middle of a turn when it is told to, or when its input is closed.
[[nodiscard]] exit_reason
judge_end(const process_end& how, bool asked, bool said_anything);

} // namespace troupe::agents::codex
