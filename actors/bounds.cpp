#include "actors/bounds.hpp"

#include "agents/answer_schema.hpp"

#include <algorithm>
#include <string>

namespace troupe {

namespace {

constexpr std::size_t prompt_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t label_bytes_max = 256;
constexpr std::uint64_t memory_mb_max = 1 << 24;
constexpr std::uint64_t deadline_s_max = 30 * 86'400;
constexpr std::uint64_t processes_max = 4'194'304; // what Linux can number

std::optional<error> outside(
  std::string_view name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value >= low && value <= high)
    return {};
  return error{
    errc::invalid_argument,
    std::string(name) + ": must be " + std::to_string(low) + " to " +
      std::to_string(high) + ", got " + std::to_string(value)};
}

template <class... Checks>
std::optional<error> first_of(Checks... checks) {
  std::optional<error> found;
  ((found = found ? found : checks), ...);
  return found;
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= name_bytes_max &&
         std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' ||
                  c == '.';
         });
}

} // namespace

std::optional<error> out_of_bounds(const poll_events& question) {
  return first_of(
    outside("limit", question.limit, 1, 1000),
    outside("wait_ms", question.wait_ms, 0, 30'000),
    outside("max_bytes", question.max_bytes, 1024, 1'048'576));
}

std::optional<error> out_of_bounds(const cancel_run& question) {
  return outside("wait_ms", question.wait_ms, 0, 50'000);
}

std::optional<error> out_of_bounds(const list_runs& question) {
  return outside("limit", question.limit, 1, 100);
}

std::optional<error> out_of_bounds(const list_pending& question) {
  return outside("limit", question.limit, 1, 100);
}

std::optional<error> out_of_bounds(const list_sessions& question) {
  return outside("limit", question.limit, 1, 100);
}

std::optional<error> out_of_bounds(const get_event_artifact& question) {
  return outside("limit", question.limit, 4, 1'048'576);
}

std::optional<error> out_of_bounds(const list_agents& question) {
  return outside("limit", question.limit, 1, 100);
}

std::optional<error> out_of_bounds(const fetch_agent_messages& question) {
  return first_of(
    outside("limit", question.limit, 1, 100),
    outside("wait_ms", question.wait_ms, 0, 50'000),
    outside("max_bytes", question.max_bytes, 1024, 1'048'576));
}

std::optional<error> out_of_bounds(const wait_runs& question) {
  return first_of(
    outside("run_ids", question.run_ids.size(), 1, 100),
    outside("wait_ms", question.wait_ms, 0, 50'000));
}

std::optional<error> out_of_bounds(const spawn_run& request) {
  if (request.nickname && !is_name(*request.nickname))
    return error{
      errc::invalid_argument,
      "nickname: 1 to 64 letters, digits, dots, dashes and underscores"};
  if (!request.prompt && !request.input_message)
    return error{
      errc::invalid_argument, "prompt: either prompt or input_message is required"};
  if (request.mode != session_mode::new_ && !request.session_id)
    return error{
      errc::invalid_argument,
      "session_id: required when session_mode is " +
        std::string{to_string(request.mode)}};
  if (const auto& notify = request.notify)
    if (auto wrong = outside("notify.timeout_s", notify->timeout_s, 1, 600))
      return wrong;
  if (const auto& schema = request.output_schema)
    if (auto wrong = agents::wrong_with_schema(*schema))
      return error{errc::invalid_argument, "output_schema: " + *wrong};
  const auto prompt = request.prompt ? request.prompt->size() : std::size_t{0};
  return first_of(
    outside("prompt", prompt, 0, prompt_bytes_max),
    outside("role", request.role.size(), 1, label_bytes_max),
    outside("restart.max_restarts", request.restart.max_restarts, 0, 1000),
    outside("restart.period_s", request.restart.period_s, 1, 86'400),
    outside("restart.backoff_max_ms", request.restart.backoff_max_ms, 0, 3'600'000),
    outside(
      "permissions.deadline_s",
      request.permissions.deadline_s.value_or(1),
      1,
      deadline_s_max),
    outside("limits.memory_mb", request.limits.memory_mb.value_or(1), 1, memory_mb_max),
    outside(
      "limits.processes", request.limits.processes.value_or(1), 1, processes_max));
}

} // namespace troupe
