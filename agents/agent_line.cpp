#include "agents/agent_line.hpp"

#include <algorithm>
#include <charconv>

namespace troupe::agents {

namespace {

/// Leaves room for the envelopes of events.jsonl and of a tool's answer, whose readers
/// stop at 64 levels.
constexpr int depth_max = 48;

/// The value of four hexadecimal digits after `\u`, or -1.
int code_unit(std::string_view text, std::size_t at) {
  if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u')
    return -1;
  int value = 0;
  const auto digits = text.substr(at + 2, 4);
  const auto [end, error] =
    std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  const bool whole = error == std::errc() && end == digits.data() + digits.size();
  return whole ? value : -1;
}

bool is_high(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

std::string without_lone_surrogates(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const int unit = code_unit(text, i);
    std::size_t length = unit >= 0 ? 6 : text[i] == '\\' ? 2 : 1;
    if (is_high(unit) && is_low(code_unit(text, i + 6)))
      length = 12;
    else if (is_high(unit) || is_low(unit))
      out += "\\ufffd";
    if (length == 12 || !(is_high(unit) || is_low(unit)))
      out += text.substr(i, length);
    i += length;
  }
  return out;
}

} // namespace

std::optional<json> read_object(std::string_view line) {
  if (line.find('{') == line.npos)
    return {};
  auto j = parse_json(line, depth_max);
  if (!j)
    j = parse_json(without_lone_surrogates(to_utf8(line)), depth_max);
  if (!j || !j->is_object())
    return {};
  return std::move(*j);
}

std::string_view text_in(const json& j, std::string_view name) {
  const auto& found = member(j, name);
  if (!found.is_string())
    return {};
  return found.get_ref<const std::string&>();
}

bool flag_in(const json& j, std::string_view name) {
  const auto& found = member(j, name);
  return found.is_boolean() && found.get<bool>();
}

std::optional<std::int64_t> number_in(const json& j, std::string_view name) {
  std::int64_t value = 0;
  if (read_integer(member(j, name), value))
    return {};
  return value;
}

std::uint64_t count_in(const json& j, std::string_view name) {
  constexpr std::int64_t most = 1LL << 48;
  return static_cast<std::uint64_t>(
    std::clamp<std::int64_t>(number_in(j, name).value_or(0), 0, most));
}

json quoted(std::string_view line, bool cut) {
  json data;
  if (is_utf8(line)) {
    data["text"] = line;
  } else {
    data["text"] = to_utf8(line);
    data["binary"] = true;
  }
  if (cut)
    data["truncated"] = true;
  return data;
}

std::string last_line(std::string_view text) {
  constexpr std::size_t shown_max = 500;
  const auto end = text.find_last_not_of(" \t\r\n");
  if (end == text.npos)
    return {};
  text = text.substr(0, end + 1);
  const auto newline = text.rfind('\n');
  if (newline != text.npos)
    text.remove_prefix(newline + 1);
  return to_utf8(one_line(text, shown_max));
}

void tell(step& out, event_type type, const json& data) {
  out.events.push_back({type, {print_json(data)}});
}

void tell_raw(step& out, std::string_view line, bool cut) {
  auto data = quoted(line, cut);
  data["raw"] = true;
  tell(out, event_type::agent_message, data);
}

void warn(step& out, std::string_view kind, const json& more) {
  json data{{"kind", kind}};
  data.update(more);
  tell(out, event_type::warning, data);
}

std::string turn_text(const agent_input& said) {
  const auto body = parse_json(said.body.text);
  return body ? std::string(text_in(*body, "text")) : std::string();
}

agent_message turn_message(const agent_input& said) {
  const auto body = parse_json(said.body.text);
  if (!body)
    return text_message({});
  agent_message message;
  if (
    codec<std::vector<message_part>>::decode(member(*body, "parts"), message.parts) ||
    message.parts.empty())
    return text_message(std::string(text_in(*body, "text")));
  return message;
}

bool is_carried(const agent_input& said) {
  const auto body = parse_json(said.body.text);
  return body && flag_in(*body, "carried");
}

bool interrupts(const agent_input& said) {
  const auto body = parse_json(said.body.text);
  return body && flag_in(*body, "interrupt");
}

check check_argv(const std::vector<std::string>& argv) {
  if (argv.empty() || argv.front().empty())
    return mismatch{{}, "names no program"};
  for (const auto& word : argv)
    if (word.find('\0') != word.npos)
      return mismatch{{}, "an argument contains a NUL byte"};
  return {};
}

} // namespace troupe::agents
