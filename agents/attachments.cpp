#include "agents/attachments.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents {

namespace {

constexpr auto image_types = std::to_array<std::string_view>(
  {"image/gif", "image/jpeg", "image/png", "image/webp"});

bool is_taken(std::string_view type, file_kinds kinds) {
  if (kinds == file_kinds::any)
    return true;
  if (kinds == file_kinds::documents && type == "application/pdf")
    return true;
  return kinds != file_kinds::none &&
         std::ranges::find(image_types, type) != image_types.end();
}

std::string taken_by(const backend_type& backend) {
  const std::string name(backend.name);
  if (backend.files == file_kinds::none)
    return name + " takes no bytes in a message";
  const std::string images =
    " takes images (image/gif, image/jpeg, image/png, image/webp)";
  return name + images +
         (backend.files == file_kinds::documents ? " and application/pdf" : "");
}

} // namespace

std::optional<std::string>
wrong_with_files(const backend_type& backend, const agent_message& m) {
  for (std::size_t i = 0; i < m.parts.size(); ++i) {
    const auto& part = m.parts[i];
    if (!part.bytes_base64 || is_taken(part.mime_type.value_or(""), backend.files))
      continue;
    auto why = "parts[" + std::to_string(i) + "]: " + taken_by(backend);
    if (backend.files != file_kinds::none)
      why += part.mime_type ? ", not " + *part.mime_type : ", and needs mime_type";
    return why + "; write it into a file and name that by uri";
  }
  return {};
}

} // namespace troupe::agents
