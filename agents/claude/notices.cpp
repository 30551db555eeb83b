#include "agents/claude/notices.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents::claude {

namespace {

/// Progress, internals, echoes.
constexpr auto silent = std::to_array<std::string_view>(
  {"auth_status",
   "command_lifecycle",
   "keep_alive",
   "prompt_suggestion",
   "stream_event",
   "system/api_metrics",
   "system/compact_boundary",
   "system/elicitation_complete",
   "system/files_persisted",
   "system/hook_progress",
   "system/hook_response",
   "system/hook_started",
   "system/local_command_output",
   "system/microcompact_boundary",
   "system/post_turn_summary",
   "system/session_state_changed",
   "system/status",
   "system/stop_hook_summary",
   "system/task_progress",
   "system/task_updated",
   "system/thinking_tokens",
   "system/turn_duration",
   "system/ui_invalidate",
   "tool_progress",
   "tool_use_summary"});

json retry_data(const json& line) {
  return {
    {"attempt", member(line, "attempt")},
    {"max_retries", member(line, "max_retries")},
    {"retry_delay_ms", member(line, "retry_delay_ms")},
    {"status", member(line, "error_status")},
    {"error", member(line, "error")}};
}

json denial_data(const json& line) {
  return {
    {"tool", member(line, "tool_name")},
    {"tool_use_id", member(line, "tool_use_id")},
    {"message", member(line, "message")}};
}

} // namespace

void notices::note(std::string_view name, const json& line, step& out) {
  if (name == "rate_limit_event")
    limit(member(line, "rate_limit_info"), out);
  else if (name == "system/api_retry")
    warn(out, "api_retry", retry_data(line));
  else if (name == "system/permission_denied")
    warn(out, "permission_denied", denial_data(line));
  else if (name == "system/informational")
    warn(out, "notice", {{"message", member(line, "content")}});
  else if (name.starts_with("system/model_refusal"))
    warn(out, "model_refusal", {{"model", member(line, "original_model")}});
  else if (std::ranges::find(silent, name) == silent.end())
    unknown(name, out);
}

void notices::limit(const json& info, step& out) {
  constexpr std::int64_t seconds_max = 99'999'999'999;
  const auto status = text_in(info, "status");
  limit_until_.reset();
  if (status == "allowed")
    return;
  if (const auto seconds = number_in(info, "resetsAt");
      seconds && status == "rejected" && *seconds > 0 && *seconds <= seconds_max)
    limit_until_ = timestamp{*seconds * 1000};
  warn(
    out,
    "rate_limit",
    {{"status", status},
     {"limit", member(info, "rateLimitType")},
     {"utilization", member(info, "utilization")}});
}

void notices::unknown(std::string_view name, step& out) {
  constexpr std::size_t warned_max = 32;
  constexpr std::size_t name_max = 80;
  auto shown = one_line(name, name_max);
  if (warned_.size() == warned_max || !warned_.insert(shown).second)
    return;
  warn(out, "unknown_message", {{"type", shown}});
}

} // namespace troupe::agents::claude
