#include "agents/made_files.hpp"

#include <utility>

namespace troupe::agents {

namespace {

void add_file(const json& block, json& to) {
  const auto type = text_in(block, "type");
  const auto& resource = member(block, "resource");
  if (type == "image" || type == "audio") {
    if (const auto data = text_in(block, "data"); !data.empty())
      to.push_back(made_file(data, text_in(block, "mimeType")));
  } else if (const auto blob = text_in(resource, "blob"); !blob.empty()) {
    to.push_back(made_file(blob, text_in(resource, "mimeType")));
    to.back()["uri"] = text_in(resource, "uri");
  }
}

} // namespace

json made_file(std::string_view base64, std::string_view mime_type) {
  json part{{"type", "file"}, {"bytes_base64", base64}};
  if (!mime_type.empty())
    part["mime_type"] = mime_type;
  return part;
}

json files_among(const json& blocks) {
  json parts = json::array();
  if (blocks.is_object())
    add_file(blocks, parts);
  if (blocks.is_array())
    for (const auto& block : blocks)
      add_file(block, parts);
  return parts;
}

void tell_files(json about, json parts, step& out) {
  if (parts.empty())
    return;
  about["parts"] = std::move(parts);
  tell(out, event_type::artifact_added, about);
}

} // namespace troupe::agents
