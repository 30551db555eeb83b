#include "agents/acp/prompt.hpp"

#include "agents/pieces.hpp"

namespace troupe::agents::acp {

namespace {

bool is_file(const message_part& part) {
  return part.type == part_type::file;
}

/// Where a file is that has no place of its own.
std::string place_of(const message_part& file) {
  if (!file.uri)
    return "attachment:///" + file.name.value_or("unnamed");
  return (file.uri->starts_with('/') ? "file://" : "") + *file.uri;
}

/// What an agent has to offer to be given it, and the block that it is then.
std::string_view capability_of(const message_part& file) {
  const std::string_view type = file.mime_type ? std::string_view(*file.mime_type) : "";
  if (type.starts_with("image/"))
    return "image";
  return type.starts_with("audio/") ? "audio" : "embeddedContext";
}

json link_to(const message_part& file) {
  json block{{"type", "resource_link"}, {"uri", place_of(file)}};
  block["name"] = file.name.value_or(*file.uri);
  if (file.mime_type)
    block["mimeType"] = *file.mime_type;
  return block;
}

json block_of(const message_part& file) {
  if (!file.bytes_base64)
    return link_to(file);
  const auto kind = capability_of(file);
  if (kind != "embeddedContext")
    return {
      {"type", kind}, {"mimeType", *file.mime_type}, {"data", *file.bytes_base64}};
  json resource{{"uri", place_of(file)}, {"blob", *file.bytes_base64}};
  if (file.mime_type)
    resource["mimeType"] = *file.mime_type;
  return {{"type", "resource"}, {"resource", std::move(resource)}};
}

} // namespace

json prompt_of(const agent_message& said) {
  json blocks = json::array();
  for (const auto& each : pieces_of(said, is_file))
    blocks.push_back(
      each.file ? block_of(*each.file) : json{{"type", "text"}, {"text", each.text}});
  return blocks;
}

std::optional<std::string> unfit(const agent_message& said, const json& capabilities) {
  for (std::size_t i = 0; i < said.parts.size(); ++i) {
    const auto& part = said.parts[i];
    if (!has_bytes(part) || flag_in(capabilities, capability_of(part)))
      continue;
    return "parts[" + std::to_string(i) + "]: this agent does not offer " +
           "promptCapabilities." + std::string(capability_of(part)) + ", so " +
           part.mime_type.value_or("what has no mime_type") +
           " cannot be sent to it; write it into a file and name that by uri";
  }
  return {};
}

} // namespace troupe::agents::acp
