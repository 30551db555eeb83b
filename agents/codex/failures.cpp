#include "agents/codex/failures.hpp"

#include "agents/turns.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::agents::codex {

namespace {

constexpr std::size_t detail_max = 1000;

struct named_failure {
  std::string_view name;
  exit_kind kind;
};

/// `codexErrorInfo` where it is a word; what is not here is the agent's own failure.
constexpr auto failures = std::to_array<named_failure>({
  {"flexUnavailable", exit_kind::overloaded},
  {"internalServerError", exit_kind::overloaded},
  {"policyCapacityUnavailable", exit_kind::overloaded},
  {"rateLimitExceeded", exit_kind::rate_limited},
  {"serverOverloaded", exit_kind::overloaded},
  {"sessionBudgetExceeded", exit_kind::budget},
  {"unauthorized", exit_kind::auth},
  {"usageLimitExceeded", exit_kind::rate_limited},
});

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != text.npos;
}

/// The one member of `codexErrorInfo` where it is an object.
const json& detail_of(const json& error) {
  static const json none;
  const auto& info = member(error, "codexErrorInfo");
  return info.is_object() && !info.empty() ? info.begin().value() : none;
}

exit_kind kind_of_status(std::int64_t status) {
  if (status == 401 || status == 403)
    return exit_kind::auth;
  if (status == 429)
    return exit_kind::rate_limited;
  return status >= 500 ? exit_kind::overloaded : exit_kind::agent_error;
}

/// As `codex exec` has it: `unexpected status 401 Unauthorized`, `last status: 429 Too
/// …`.
std::optional<std::int64_t> status_in(std::string_view words) {
  for (const std::string_view before : {"unexpected status ", "last status: "})
    if (const auto at = words.find(before); at != words.npos) {
      std::int64_t status = 0;
      const auto rest = words.substr(at + before.size());
      if (
        std::from_chars(rest.data(), rest.data() + rest.size(), status).ec ==
        std::errc())
        return status;
    }
  return {};
}

/// Of errors without a name and a status only the words tell.
exit_kind kind_of_words(std::string_view words) {
  if (const auto status = status_in(words))
    return kind_of_status(*status);
  if (has(words, "usage limit"))
    return exit_kind::rate_limited;
  if (has(words, "experiencing high demand"))
    return exit_kind::overloaded;
  if (has(words, "Missing environment variable") || has(words, "Not logged in"))
    return exit_kind::auth;
  if (has(words, "Incomplete response returned"))
    return exit_kind::agent_error;
  if (has(words, "stream disconnected") || has(words, "Connection failed"))
    return exit_kind::overloaded;
  return exit_kind::agent_error;
}

/// What a program that did not start says: the line that names the error, which is
/// followed by how it is used; else the last.
std::string complaint_in(std::string_view stderr_tail) {
  const auto at = stderr_tail.find("error: ");
  if (at != stderr_tail.npos && (at == 0 || stderr_tail[at - 1] == '\n'))
    stderr_tail = stderr_tail.substr(at, stderr_tail.find('\n', at) - at);
  return last_line(stderr_tail);
}

exit_kind kind_of(const json& error, std::string_view words) {
  const auto name = text_in(error, "codexErrorInfo");
  const auto named = std::ranges::find(failures, name, &named_failure::name);
  if (named != failures.end())
    return named->kind;
  if (const auto status = status_of(error))
    return kind_of_status(*status);
  return detail_of(error).is_object() ? exit_kind::overloaded : kind_of_words(words);
}

} // namespace

std::string words_of(const json& error) {
  auto words = std::string(text_in(error, "message"));
  if (const auto body = read_object(words))
    if (const auto inner = text_in(member(*body, "error"), "message"); !inner.empty())
      words = inner;
  if (const auto more = text_in(error, "additionalDetails"); !more.empty())
    words.append(": ").append(more);
  return one_line(words, detail_max);
}

std::optional<std::int64_t> status_of(const json& error) {
  return number_in(detail_of(error), "httpStatusCode");
}

exit_reason judge_failure(const json& error, std::optional<timestamp> limit_until) {
  auto words = words_of(error);
  exit_reason reason{.reason = kind_of(error, words)};
  reason.detail = words.empty() ? "the turn failed" : std::move(words);
  if (reason.reason == exit_kind::rate_limited)
    reason.until = limit_until;
  return reason;
}

bool is_unknown_session(const json& error) {
  const auto words = text_in(error, "message");
  return has(words, "no rollout found") || has(words, "invalid session id");
}

exit_reason judge_refusal(const json& error, const std::string& session) {
  const auto words = words_of(error);
  if (is_unknown_session(error))
    return session_lost(session, "is not known any more");
  if (has(words, "active writer"))
    return {exit_kind::protocol_error, words};
  return {exit_kind::agent_error, words.empty() ? "no thread was given" : words};
}

exit_reason judge_end(const process_end& how, bool asked, bool said_anything) {
  exit_reason reason{
    .reason = exit_kind::lost, .detail = {}, .code = how.code, .signal = how.signal};
  if (how.code == 0 && !asked) {
    reason.reason = exit_kind::completed;
    return reason;
  }
  if (!said_anything)
    reason.detail = complaint_in(how.stderr_tail);
  if (how.code && *how.code != 0 && !reason.detail.empty())
    reason.reason = exit_kind::agent_error;
  else if (how.signal || how.code)
    reason.reason = exit_kind::crashed;
  if (reason.detail.empty())
    reason.detail = "ended without a result";
  return reason;
}

} // namespace troupe::agents::codex
