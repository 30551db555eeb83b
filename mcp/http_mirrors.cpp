#include "mcp/http_mirrors.hpp"

namespace troupe::mcp {

namespace {

constexpr std::size_t depth_max = 16;

void find_mirrors(
  const json& schema,
  std::vector<std::string>& path,
  std::vector<mirrored_argument>& found) {
  const auto properties = schema.find("properties");
  if (properties == schema.end() || path.size() >= depth_max)
    return;
  for (const auto& [name, property] : properties->items()) {
    path.push_back(name);
    if (const auto header = property.find("x-mcp-header"); header != property.end())
      found.push_back({header->get<std::string>(), path});
    find_mirrors(property, path, found);
    path.pop_back();
  }
}

} // namespace

mirror_table mirrors_of(const tool_list& tools) {
  mirror_table table;
  for (const auto* each : tools) {
    std::vector<std::string> path;
    std::vector<mirrored_argument> found;
    find_mirrors(each->input_schema, path, found);
    if (!found.empty())
      table[std::string(each->info.name)] = std::move(found);
  }
  return table;
}

} // namespace troupe::mcp
