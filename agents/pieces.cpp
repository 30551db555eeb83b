#include "agents/pieces.hpp"

#include <utility>

namespace troupe::agents {

std::vector<piece>
pieces_of(const agent_message& m, bool (*goes_alone)(const message_part&)) {
  std::vector<piece> all;
  for (const auto& part : m.parts) {
    if (all.empty() || all.back().file)
      all.emplace_back();
    auto& words = all.back().text;
    words.append(words.empty() ? "" : "\n\n").append(part_text(part));
    if (part.type == part_type::file && goes_alone(part))
      all.push_back({.text = {}, .file = &part});
  }
  return all;
}

bool has_bytes(const message_part& part) {
  return part.bytes_base64.has_value();
}

agent_message joined(agent_message first, const agent_message& second) {
  if (is_text_only(first) && is_text_only(second))
    return text_message(prompt_text(first) + "\n\n" + prompt_text(second));
  first.parts.insert(first.parts.end(), second.parts.begin(), second.parts.end());
  return first;
}

} // namespace troupe::agents
