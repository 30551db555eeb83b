#include "agents/acp/results.hpp"

#include "agents/acp/rpc.hpp"
#include "agents/turns.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace troupe::agents::acp {

namespace {

constexpr std::size_t detail_max = 1000;

struct named_error {
  std::string_view name;
  exit_kind kind;
};

/// `data.errorKind` of claude-agent-acp and `data.codex_error_info` of codex-acp.
constexpr auto named_errors = std::to_array<named_error>({
  {"authentication_failed", exit_kind::auth},
  {"billing_error", exit_kind::auth},
  {"http_connection_failed", exit_kind::overloaded},
  {"internal_server_error", exit_kind::overloaded},
  {"overloaded", exit_kind::overloaded},
  {"rate_limit", exit_kind::rate_limited},
  {"server_error", exit_kind::overloaded},
  {"server_overloaded", exit_kind::overloaded},
  {"unauthorized", exit_kind::auth},
  {"usage_limit_exceeded", exit_kind::rate_limited},
});

constexpr auto limit_words = std::to_array<std::string_view>(
  {"usage limit", "hit your limit", "session limit reached", "quota exceeded"});

std::string lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// The number of three digits after these words; 0 if there is none.
int status_after(std::string_view text, std::string_view words) {
  constexpr std::size_t digits = 3;
  const auto at = text.find(words);
  int status = 0;
  if (at == text.npos || at + words.size() + digits > text.size())
    return 0;
  const auto* begin = text.data() + at + words.size();
  const auto read = std::from_chars(begin, begin + digits, status);
  return read.ptr == begin + digits ? status : 0;
}

/// The HTTP status of the model's service: Gemini's code is one, others say it.
int status_of(const json& error, std::string_view low) {
  constexpr int first = 400;
  constexpr int last = 599;
  const auto code = number_in(error, "code").value_or(0);
  if (code >= first && code <= last)
    return static_cast<int>(code);
  const auto said = status_after(low, "api error: ");
  return said != 0 ? said : status_after(low, "unexpected status ");
}

exit_kind kind_of_status(int status) {
  constexpr int server_errors = 500;
  if (status == 401 || status == 403)
    return exit_kind::auth;
  if (status == 429)
    return exit_kind::rate_limited;
  return status >= server_errors ? exit_kind::overloaded : exit_kind::agent_error;
}

std::string said_or(const std::string& words, std::string_view otherwise) {
  return words.empty() ? std::string(otherwise) : words;
}

} // namespace

turn_end judge_stop(std::string_view stop_reason, turn_facts facts) {
  const bool stopped = facts.interrupted || facts.denied;
  if (stop_reason == "end_turn" && stopped && facts.last_text.empty())
    stop_reason = "cancelled";
  turn_end end{{.reason = exit_kind::agent_error}, {}};
  const auto detail = one_line(facts.last_text, detail_max);
  if (!facts.last_text.empty() || stop_reason == "end_turn")
    end.result.final_response = std::move(facts.last_text);
  if (stop_reason == "end_turn")
    end.reason.reason = exit_kind::completed;
  else if (stop_reason == "max_turn_requests")
    end.reason = {
      exit_kind::budget, "its limit of model requests in a turn is reached"};
  else if (stop_reason == "max_tokens")
    end.reason.detail = "its answer was cut at the model's limit of tokens";
  else if (stop_reason == "refusal")
    end.reason.detail = said_or(detail, "the model refused to answer");
  else if (stop_reason == "cancelled" && !facts.interrupted && facts.denied)
    end.reason.detail = "it ended its turn because a permission was denied";
  else if (stop_reason == "cancelled")
    end.reason.detail = "interrupted";
  else
    end.reason.detail =
      "it ended its turn for a reason that is not known: " + one_line(stop_reason, 80);
  return end;
}

std::string words_of(const json& error) {
  const auto message = text_in(error, "message");
  const auto& data = member(error, "data");
  auto more = text_in(data, "message");
  if (more.empty())
    more = text_in(data, "details");
  if (more.empty() && data.is_string())
    more = text_in(error, "data");
  std::string words(message);
  if (!more.empty() && words.find(more) == words.npos)
    words.append(words.empty() ? "" : ": ").append(more);
  return one_line(to_utf8(words), detail_max);
}

exit_reason judge_error(const json& error) {
  exit_reason reason{exit_kind::agent_error, said_or(words_of(error), "it failed")};
  const auto low = lowered(reason.detail);
  const auto& data = member(error, "data");
  for (const auto name :
       {text_in(data, "errorKind"), text_in(data, "codex_error_info")}) {
    const auto found = std::ranges::find(named_errors, name, &named_error::name);
    if (found != named_errors.end())
      reason.reason = found->kind;
  }
  if (reason.reason == exit_kind::agent_error)
    reason.reason = kind_of_status(status_of(error, low));
  if (number_in(error, "code") == code::not_logged_in)
    reason.reason = exit_kind::auth;
  if (
    reason.reason == exit_kind::agent_error &&
    std::ranges::any_of(limit_words, [&](auto w) { return low.find(w) != low.npos; }))
    reason.reason = exit_kind::rate_limited;
  return reason;
}

exit_reason judge_end(const process_end& how, bool asked, bool said_anything) {
  return end_without_result(how, asked, said_anything, "ended without a result");
}

} // namespace troupe::agents::acp
