#include "agents/codex/exec_items.hpp"

#include "agents/codex/spending.hpp"

#include <cctype>

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

/// `codex exec` names in snakes what the app server names in camels.
json with_camel_names(const json& given) {
  json named = json::object();
  for (const auto& [name, value] : given.items())
    named[in_camels(name)] = value;
  return named;
}

} // namespace

json as_server_item(const json& item) {
  if (!item.is_object())
    return json::object();
  auto shown = with_camel_names(item);
  if (const auto changes = shown.find("changes"); changes != shown.end())
    *changes = changes_of(*changes);
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
  return tokens_in(usage.is_object() ? with_camel_names(usage) : json::object());
}

} // namespace troupe::agents::codex
