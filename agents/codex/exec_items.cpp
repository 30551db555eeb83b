#include "agents/codex/exec_items.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace troupe::agents::codex {

namespace {

std::string in_camels(std::string_view word) {
  std::string text;
  bool up = false;
  for (const char c : word) {
    if (c != '_')
      text += up ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    up = c == '_';
  }
  return text;
}

std::string type_of(const json& item) {
  const auto type = text_in(item, "type");
  return type == "collab_tool_call" ? "collabAgentToolCall" : in_camels(type);
}

json changes_of(json changes) {
  if (changes.is_array())
    for (auto& each : changes)
      if (const auto kind = std::string(text_in(each, "kind")); !kind.empty())
        each["kind"] = {{"type", kind}};
  return changes;
}

std::uint64_t count_of(const json& usage, std::string_view name) {
  constexpr std::int64_t most = 1LL << 48;
  return static_cast<std::uint64_t>(
    std::clamp<std::int64_t>(number_in(usage, name).value_or(0), 0, most));
}

} // namespace

json as_server_item(const json& item) {
  json shown = json::object();
  if (!item.is_object())
    return shown;
  for (const auto& [name, value] : item.items())
    shown[in_camels(name)] = name == "changes" ? changes_of(value) : value;
  shown["type"] = type_of(item);
  if (text_in(item, "type") == "reasoning")
    shown["summary"] = json::array({text_in(item, "text")});
  return shown;
}

json exec_todos(const json& item) {
  json todos = json::array();
  for (const auto& each : member(item, "items"))
    todos.push_back(
      {{"content", text_in(each, "text")},
       {"status", flag_in(each, "completed") ? "completed" : "pending"}});
  return {{"todos", todos}};
}

token_usage exec_tokens(const json& usage) {
  const auto input = count_of(usage, "input_tokens");
  const auto cached = std::min(input, count_of(usage, "cached_input_tokens"));
  return {
    .input_tokens = input - cached,
    .output_tokens = count_of(usage, "output_tokens"),
    .cached_input_tokens = cached};
}

} // namespace troupe::agents::codex
