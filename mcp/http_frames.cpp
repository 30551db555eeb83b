#include "mcp/http_frames.hpp"

#include "protocol/base64.hpp"
#include "protocol/json.hpp"

#include <array>
#include <charconv>

namespace troupe::mcp {

namespace {

constexpr std::string_view pause = "retry: ";

template <class Number>
std::optional<Number> read_number(std::string_view digits) {
  Number n = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, bad] = std::from_chars(digits.data(), end, n);
  if (bad != std::errc() || stop != end)
    return {};
  return n;
}

/// From a quote to behind its fellow.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at)
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '"')
      return at + 1;
  return text.size();
}

/// The first key of an object that says what kind of message it is; what stands behind
/// it is not looked at.
std::string_view telling_key(std::string_view line) {
  int depth = 0;
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (c == '{' || c == '[')
      ++depth;
    else if (c == '}' || c == ']')
      --depth;
    if (c != '"') {
      ++at;
      continue;
    }
    const auto end = end_of_string(line, at);
    const auto word = line.substr(at + 1, end - at - 2);
    const bool is_key = end < line.size() && line[end] == ':';
    if (
      depth == 1 && is_key && (word == "result" || word == "error" || word == "method"))
      return word;
    at = end;
  }
  return {};
}

int code_of(std::string_view line) {
  const auto value = parse_json(line);
  if (!value || !value->contains("error"))
    return 0;
  const auto& error = value->at("error");
  return error.is_object() ? error.value("code", 0) : 0;
}

} // namespace

outgoing look_at(std::string_view line) {
  if (line.starts_with(pause))
    return {
      .what = outgoing::kind::pause,
      .retry_ms = read_number<int>(line.substr(pause.size())).value_or(0)};
  if (line.starts_with('['))
    return {.what = outgoing::kind::answer};
  const auto key = telling_key(line);
  if (key == "result")
    return {.what = outgoing::kind::answer};
  if (key == "error")
    return {.what = outgoing::kind::answer, .code = code_of(line)};
  return {};
}

std::string print_place(const event_place& at) {
  return std::to_string(at.stream) + "-" + std::to_string(at.number);
}

std::optional<event_place> read_event_place(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos)
    return {};
  const auto stream = read_number<std::uint64_t>(text.substr(0, dash));
  const auto number = read_number<std::uint64_t>(text.substr(dash + 1));
  if (!stream || !number)
    return {};
  return event_place{*stream, *number};
}

std::string print_event(std::string_view line, const std::optional<event_place>& at) {
  std::string text = "event: message\n";
  if (at)
    text.append("id: ").append(print_place(*at)).append("\n");
  return text.append("data: ").append(line).append("\n\n");
}

std::string print_mark(const event_place& at, int retry_ms) {
  std::string text = "id: " + print_place(at) + "\n";
  if (retry_ms > 0)
    text += "retry: " + std::to_string(retry_ms) + "\n";
  return text + "data: \n\n";
}

std::optional<std::string> read_mirror(std::string_view value) {
  constexpr std::string_view opening = "=?base64?";
  constexpr std::string_view closing = "?=";
  if (
    value.size() < opening.size() + closing.size() || !value.starts_with(opening) ||
    !value.ends_with(closing))
    return std::string(value);
  value.remove_prefix(opening.size());
  value.remove_suffix(closing.size());
  return from_base64(value);
}

} // namespace troupe::mcp
