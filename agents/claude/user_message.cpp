#include "agents/claude/user_message.hpp"

#include "agents/pieces.hpp"

namespace troupe::agents::claude {

namespace {

json file_block(const message_part& file) {
  const auto type = file.mime_type.value_or("");
  return {
    {"type", type.starts_with("image/") ? "image" : "document"},
    {"source",
     {{"type", "base64"}, {"media_type", type}, {"data", *file.bytes_base64}}}};
}

} // namespace

std::string user_message(const agent_message& said) {
  json content = json::array();
  for (const auto& each : pieces_of(said, has_bytes))
    content.push_back(
      each.file ? file_block(*each.file) : json{{"type", "text"}, {"text", each.text}});
  return print_json(
    {{"type", "user"},
     {"message", {{"role", "user"}, {"content", std::move(content)}}}});
}

} // namespace troupe::agents::claude
