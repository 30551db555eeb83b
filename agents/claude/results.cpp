#include "agents/claude/results.hpp"

#include "agents/turns.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace troupe::agents::claude {

namespace {

constexpr std::size_t detail_max = 1000;

constexpr auto login_words = std::to_array<std::string_view>(
  {"not logged in",
   "please run /login",
   "invalid api key",
   "oauth token has expired",
   "oauth token revoked",
   "failed to authenticate"});

constexpr auto limit_words = std::to_array<std::string_view>(
  {"usage limit reached",
   "hit your limit",
   "hit your usage limit",
   "5-hour limit reached",
   "session limit reached",
   "weekly limit reached",
   "limit reached ·",
   "limit reached ∙"});

std::string lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool says_any(std::string_view text, const auto& phrases) {
  const auto low = lowered(text);
  return std::ranges::any_of(
    phrases, [&](std::string_view p) { return low.find(p) != low.npos; });
}

/// `…limit reached|1795164805`: seconds since the epoch, as the agent has put it.
std::optional<timestamp> epoch_after_bar(std::string_view text) {
  constexpr std::size_t digits_min = 10;
  constexpr std::int64_t seconds_max = 99'999'999'999;
  const auto bar = text.rfind('|');
  if (bar == text.npos || text.size() - bar <= digits_min)
    return {};
  std::int64_t value = 0;
  const auto* begin = text.data() + bar + 1;
  const auto read = std::from_chars(begin, text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr - begin < static_cast<int>(digits_min))
    return {};
  return timestamp{value > seconds_max ? value : value * 1000};
}

/// The words of a result: its text, else its errors.
std::string words_of(const json& result) {
  if (const auto text = text_in(result, "result"); !text.empty())
    return std::string(text);
  std::string words;
  for (const auto& each : member(result, "errors"))
    if (each.is_string())
      words.append(words.empty() ? "" : "; ").append(each.get<std::string>());
  return words;
}

bool was_aborted(const json& result) {
  return text_in(result, "terminal_reason").starts_with("aborted");
}

/// The agent could not read a line of ours; it then ends at once.
bool is_garbled(std::string_view stderr_tail) {
  return stderr_tail.find("Error parsing streaming input line") != stderr_tail.npos;
}

exit_kind kind_of_api_error(const json& result, std::string_view words) {
  const auto status = number_in(result, "api_error_status").value_or(0);
  const auto type = text_in(result, "api_error_type");
  if (status == 429 || says_any(words, limit_words))
    return exit_kind::rate_limited;
  if (status == 401 || status == 403 || says_any(words, login_words))
    return exit_kind::auth;
  if (
    status >= 500 || type == "overloaded_error" ||
    text_in(result, "api_error") == "connection_failed")
    return exit_kind::overloaded;
  return exit_kind::agent_error;
}

exit_reason
judge_failure(const json& result, std::string words, const turn_facts& facts) {
  const auto subtype = text_in(result, "subtype");
  const auto shown = [&](std::string_view otherwise) {
    return words.empty() ? std::string(otherwise) : one_line(words, detail_max);
  };
  if (subtype == "error_max_turns" || subtype == "error_max_budget_usd")
    return {exit_kind::budget, shown(subtype)};
  const bool failed_midway = subtype == "error_during_execution";
  if (was_aborted(result) || (facts.interrupted && failed_midway))
    return {exit_kind::agent_error, "interrupted"};
  if (is_unknown_session(words))
    return session_lost(text_in(result, "session_id"), "is not known any more");
  exit_reason reason{kind_of_api_error(result, words), shown("the turn failed")};
  if (reason.reason == exit_kind::rate_limited) {
    reason.until = epoch_after_bar(words);
    if (!reason.until)
      reason.until = facts.limit_until;
  }
  return reason;
}

} // namespace

turn_end judge(const json& result, const turn_facts& facts) {
  turn_end end{{.reason = exit_kind::completed}, {}};
  auto words = words_of(result);
  const bool good = text_in(result, "subtype") == "success" &&
                    !flag_in(result, "is_error") &&
                    !(facts.interrupted && was_aborted(result));
  if (!good) {
    end.reason = judge_failure(result, std::move(words), facts);
    return end;
  }
  end.result.final_response = std::string(text_in(result, "result"));
  if (const auto& data = member(result, "structured_output"); data.is_object())
    end.result.structured_output = raw_json{print_json(data)};
  return end;
}

bool is_unknown_session(std::string_view text) {
  return text.find("No conversation found with session ID") != text.npos;
}

exit_reason judge_end(const process_end& how, bool asked, bool said_anything) {
  auto reason = end_without_result(how, asked, said_anything, "ended without a result");
  const bool failed =
    reason.reason != exit_kind::completed && reason.reason != exit_kind::lost;
  if (failed && says_any(how.stderr_tail, login_words))
    reason.reason = exit_kind::auth;
  else if (is_garbled(how.stderr_tail))
    reason.reason = exit_kind::protocol_error;
  else if (is_unknown_session(how.stderr_tail)) {
    reason.reason = exit_kind::protocol_error;
    reason.session_lost = true;
  }
  return reason;
}

} // namespace troupe::agents::claude
