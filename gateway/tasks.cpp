#include "gateway/tasks.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <vector>

namespace troupe::mcp {

namespace {

// tool!since!name=text!name:text,text, where `since` is to the base of 36.
constexpr char between_parts = '!';
constexpr char before_text = '=';
constexpr char before_texts = ':';
constexpr std::string_view before_any = "=:";
constexpr char between_texts = ',';
constexpr int base = 36;

bool is_plain(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
}

bool is_plain_text(const json& value) {
  return value.is_string() && is_plain(value.get_ref<const std::string&>());
}

std::vector<std::string_view> cut_at(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (auto end = text.find(at); end != text.npos; end = text.find(at)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

/// An argument as a part of an id. Empty if it is neither plain text nor a list of
/// such.
std::string part_of(const std::string& name, const json& value) {
  if (is_plain_text(value))
    return name + before_text + value.get<std::string>();
  if (!value.is_array() || value.empty())
    return {};
  auto part = name + before_texts;
  for (const auto& each : value) {
    if (!is_plain_text(each))
      return {};
    part += each.get_ref<const std::string&>() + between_texts;
  }
  part.pop_back();
  return part;
}

bool read_part(std::string_view part, json& arguments) {
  const auto at = part.find_first_of(before_any);
  if (at == part.npos)
    return false;
  const auto values = cut_at(part.substr(at + 1), between_texts);
  if (!std::ranges::all_of(values, [](auto each) { return is_plain(each); }))
    return false;
  auto& value = arguments[std::string(part.substr(0, at))];
  if (part[at] == before_texts)
    value = values;
  else if (values.size() == 1)
    value = values.front();
  else
    return false;
  return true;
}

std::string digits_of(timestamp when) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), when.ms, base);
  return {text.data(), end.ptr};
}

std::optional<timestamp> read_digits(std::string_view text) {
  timestamp when;
  const auto* end = text.data() + text.size();
  const auto [at, why] = std::from_chars(text.data(), end, when.ms, base);
  const bool is_time = why == std::errc() && at == end && when.ms >= 0;
  return is_time ? std::optional(when) : std::nullopt;
}

json state(const task& of, std::string_view status, timestamp now) {
  return {
    {"taskId", id_of(of)},
    {"status", status},
    {"createdAt", to_string(of.since)},
    {"lastUpdatedAt", to_string(now)},
    {"ttlMs", nullptr},
    {"pollIntervalMs", task_poll_ms}};
}

} // namespace

bool can_be_task(const tool& which) {
  return which.info.waits_for != nullptr;
}

std::string id_of(const task& of) {
  std::string id(of.which->info.name);
  id += between_parts + digits_of(of.since);
  for (const auto& [name, value] : of.arguments.items()) {
    const auto part = part_of(name, value);
    if (part.empty())
      return {};
    id += between_parts + part;
  }
  return id.size() > task_id_max ? std::string() : id;
}

std::optional<task> read_task(std::string_view id, const tool_list& list) {
  if (id.size() > task_id_max)
    return {};
  const auto parts = cut_at(id, between_parts);
  const auto which = std::ranges::find_if(list, [&](const tool* t) {
    return can_be_task(*t) && parts.front() == t->info.name;
  });
  const auto since = parts.size() < 2 ? std::nullopt : read_digits(parts[1]);
  if (which == list.end() || !since)
    return {};
  task found{*which, json::object(), *since};
  for (std::size_t i = 2; i < parts.size(); ++i)
    if (!read_part(parts[i], found.arguments))
      return {};
  return found;
}

json at_once(json arguments) {
  arguments["wait_ms"] = 0;
  return arguments;
}

std::optional<std::string> waited_for(const task& of, const raw_json& answer) {
  const auto told = parse_json(answer.text);
  return told && told->is_object() ? of.which->info.waits_for(*told) : std::nullopt;
}

json working(const task& of, std::string waits_for, timestamp now) {
  auto all = state(of, "working", now);
  all["statusMessage"] = std::move(waits_for);
  return all;
}

json completed(const task& of, timestamp now) {
  return state(of, "completed", now);
}

} // namespace troupe::mcp
