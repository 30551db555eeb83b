#include "agents/a2a/results.hpp"

#include "agents/turns.hpp"
#include "protocol/web.hpp"

namespace troupe::agents::a2a {

namespace {

constexpr std::size_t detail_max = 1000;

std::string said_or(std::string_view words, std::string_view otherwise) {
  return words.empty() ? std::string(otherwise) : one_line(to_utf8(words), detail_max);
}

/// Bodies of errors have words in one of these places, or are words.
std::string words_in(const json& news) {
  const auto& body = member(news, "body");
  const auto& error = member(body, "error");
  if (const auto words = text_in(error, "message"); !words.empty())
    return std::string(words);
  if (error.is_string())
    return error.get<std::string>();
  for (const auto* name : {"message", "detail"})
    if (const auto words = text_in(body, name); !words.empty())
      return std::string(words);
  return std::string(text_in(news, "text"));
}

std::optional<timestamp> retry_time_in(const json& news) {
  timestamp at;
  if (!parse(text_in(news, "retry_at"), at))
    return {};
  return at;
}

} // namespace

turn_end judge_task(const remote_task& task, bool interrupted) {
  turn_end end{{.reason = exit_kind::agent_error}, task.result()};
  if (task.has_plain_answer() || task.state() == task_state::completed) {
    end.reason.reason = exit_kind::completed;
    return end;
  }
  const auto words = task.status_words();
  if (task.state() == task_state::rejected)
    end.reason.detail =
      "it refuses the task" + (words.empty() ? "" : ": " + said_or(words, ""));
  else if (task.state() != task_state::canceled)
    end.reason.detail = said_or(words, "its task failed, and it says not why");
  else if (interrupted)
    end.reason.detail = "interrupted";
  else
    end.reason.detail = said_or(words, "its task was cancelled, but not by this run");
  return end;
}

exit_reason judge_error(const json& error) {
  auto detail = said_or(text_in(error, "message"), "it reports an error");
  if (const auto number = number_in(error, "code"))
    detail += " (" + std::to_string(*number) + ")";
  return {.reason = exit_kind::agent_error, .detail = std::move(detail)};
}

exit_reason judge_status(const json& news) {
  constexpr std::int64_t server_errors = 500;
  const auto status = number_in(news, "status").value_or(0);
  exit_reason why{
    .reason = exit_kind::agent_error, .detail = "HTTP " + std::to_string(status)};
  if (const auto words = words_in(news); !words.empty())
    why.detail += ": " + said_or(words, "");
  if (status == 401 || status == 403) {
    why.reason = exit_kind::auth;
    why.detail += "; give a token that it takes (backend_config.token, token_env or "
                  "headers)";
  } else if (status == 429) {
    why.reason = exit_kind::rate_limited;
    why.until = retry_time_in(news);
  } else if (status >= server_errors) {
    why.reason = exit_kind::overloaded;
  }
  return why;
}

bool may_pass(const json& news) {
  if (text_in(news, "what") == "failed") {
    const auto fault = from_name<web_fault>(text_in(news, "fault"));
    return fault != web_fault::untrusted && fault != web_fault::too_large;
  }
  const auto kind = judge_status(news).reason;
  return kind == exit_kind::overloaded || kind == exit_kind::rate_limited;
}

exit_reason judge_failure(const json& news) {
  const auto fault = from_name<web_fault>(text_in(news, "fault"));
  exit_reason why{
    .reason = exit_kind::overloaded,
    .detail = said_or(text_in(news, "message"), text_in(news, "fault"))};
  if (fault == web_fault::untrusted || fault == web_fault::too_large)
    why.reason = exit_kind::agent_error;
  else if (fault == web_fault::malformed)
    why.reason = exit_kind::protocol_error;
  else
    why.detail = "it cannot be reached: " + why.detail;
  return why;
}

exit_reason judge_end(const process_end& how, bool asked, bool said_anything) {
  return end_without_result(
    how, asked, said_anything, "troupe-a2a ended before the task did");
}

} // namespace troupe::agents::a2a
