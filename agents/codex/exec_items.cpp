#include "agents/codex/exec_items.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

namespace troupe::agents::codex {

namespace {

/// `aggregated_output` is `aggregatedOutput`.
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

std::uint64_t tokens_in(const json& usage, std::string_view name) {
  return static_cast<std::uint64_t>(
    std::max<std::int64_t>(0, number_in(usage, name).value_or(0)));
}

} // namespace

json as_server_item(const json& item) {
  json shown = json::object();
  if (!item.is_object())
    return shown;
  for (const auto& [name, value] : item.items())
    shown[in_camels(name)] = value;
  shown["type"] = in_camels(text_in(item, "type"));
  if (text_in(item, "type") == "reasoning")
    shown["summary"] = json::array({text_in(item, "text")});
  if (shown.contains("changes") && shown["changes"].is_array())
    for (auto& change : shown["changes"])
      if (const auto kind = std::string(text_in(change, "kind")); !kind.empty())
        change["kind"] = {{"type", kind}};
  return shown;
}

attempt_usage spent_in(const json& usage) {
  const auto input = tokens_in(usage, "input_tokens");
  const auto cached = std::min(input, tokens_in(usage, "cached_input_tokens"));
  return {
    .turns = 1,
    .tokens =
      {.input_tokens = input - cached,
       .output_tokens = tokens_in(usage, "output_tokens"),
       .cached_input_tokens = cached},
    .cost_usd = {}};
}

} // namespace troupe::agents::codex
