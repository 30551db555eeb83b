#include "agents/codex/notices.hpp"

#include "agents/codex/failures.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents::codex {

namespace {

/// Progress, internals, echoes, and surfaces of its own user interfaces.
constexpr auto silent_methods = std::to_array<std::string_view>(
  {"account/gatewayOAuth/changed",
   "account/login/completed",
   "account/updated",
   "app/list/updated",
   "autoApprovalReview/strictReviewRequired",
   "command/exec/outputDelta",
   "externalAgentConfig/import/completed",
   "externalAgentConfig/import/progress",
   "fs/changed",
   "hook/completed",
   "hook/started",
   "item/agentMessage/delta",
   "item/autoApprovalReview/completed",
   "item/autoApprovalReview/started",
   "item/commandExecution/outputDelta",
   "item/commandExecution/terminalInteraction",
   "item/fileChange/outputDelta",
   "item/mcpToolCall/progress",
   "item/plan/delta",
   "item/reasoning/summaryPartAdded",
   "item/reasoning/summaryTextDelta",
   "item/reasoning/textDelta",
   "mcpServer/event/stream/notification",
   "mcpServer/oauthLogin/completed",
   "model/safetyBuffering/updated",
   "model/verification",
   "modelProvider/authRecoveryCompleted",
   "modelProvider/authRecoveryStarted",
   "process/exited",
   "process/outputDelta",
   "project/changed",
   "remoteControl/status/changed",
   "skills/changed",
   "turn/diff/updated",
   "turn/moderationMetadata"});

/// Families of the same kind.
constexpr auto silent_families = std::to_array<std::string_view>(
  {"fuzzyFileSearch/", "thread/", "windows/", "windowsSandbox/"});

bool is_silent(std::string_view method) {
  return std::ranges::find(silent_methods, method) != silent_methods.end() ||
         std::ranges::any_of(silent_families, [&](std::string_view family) {
           return method.starts_with(family);
         });
}

json error_data(const json& error) {
  json data{{"message", words_of(error)}};
  if (const auto status = status_of(error))
    data["status"] = *status;
  return data;
}

/// The plan as todos, whose states are named alike in all agents.
json todos_in(const json& plan) {
  json todos = json::array();
  for (const auto& each : plan) {
    const auto status = text_in(each, "status");
    todos.push_back(
      {{"content", text_in(each, "step")},
       {"status", status == "inProgress" ? "in_progress" : status}});
  }
  return {{"todos", todos}};
}

/// When a window that is used up opens again.
std::optional<timestamp> end_of(const json& window) {
  constexpr std::int64_t seconds_max = 99'999'999'999;
  constexpr std::int64_t all = 100;
  const auto seconds = number_in(window, "resetsAt").value_or(0);
  const bool used_up = number_in(window, "usedPercent").value_or(0) >= all;
  if (!used_up || seconds <= 0 || seconds > seconds_max)
    return {};
  return timestamp{seconds * 1000};
}

} // namespace

void notices::note(std::string_view method, const json& params, step& out) {
  if (method == "error")
    warn(
      out,
      flag_in(params, "willRetry") ? "api_retry" : "api_error",
      error_data(member(params, "error")));
  else if (method == "warning" || method == "guardianWarning")
    notice(text_in(params, "message"), out);
  else if (method == "configWarning" || method == "deprecationNotice")
    notice(text_in(params, "summary"), out);
  else if (method == "model/rerouted")
    notice("another model answers: " + print_json(params), out);
  else if (method == "account/rateLimits/updated")
    limits(member(params, "rateLimits"));
  else if (method == "turn/plan/updated")
    tell(out, event_type::todo_updated, todos_in(member(params, "plan")));
  else if (method == "mcpServer/startupStatus/updated") {
    if (text_in(params, "status") == "failed")
      warn(
        out,
        "mcp_server_failed",
        {{"server", member(params, "name")}, {"message", member(params, "error")}});
  } else if (!is_silent(method))
    unknown(method, out);
}

void notices::refused(std::string_view what, const json& error, step& out) {
  warn(out, "agent_refused", {{"request", what}, {"message", words_of(error)}});
}

void notices::limits(const json& told) {
  limit_until_ =
    std::max(end_of(member(told, "primary")), end_of(member(told, "secondary")));
}

void notices::notice(std::string_view words, step& out) {
  constexpr std::size_t shown_max = 1000;
  auto shown = one_line(words, shown_max);
  if (is_new(shown))
    warn(out, "notice", {{"message", shown}});
}

void notices::unknown(std::string_view method, step& out) {
  constexpr std::size_t name_max = 80;
  auto shown = one_line(method, name_max);
  if (is_new("unknown " + shown))
    warn(out, "unknown_message", {{"type", shown}});
}

bool notices::is_new(const std::string& what) {
  constexpr std::size_t told_max = 64;
  return told_.size() < told_max && told_.insert(what).second;
}

} // namespace troupe::agents::codex
