#include "mcp/tool.hpp"

namespace troupe::mcp {

namespace {

bool says_nothing(const json& fallback, const json& schema) {
  return fallback.empty() || schema.contains("properties");
}

} // namespace

json lean(json schema) {
  if (!schema.is_structured())
    return schema;
  if (schema.is_object()) {
    const auto fallback = schema.find("default");
    if (
      fallback != schema.end() && fallback->is_structured() &&
      says_nothing(*fallback, schema))
      schema.erase("default");
  }
  for (auto& member : schema)
    member = lean(std::move(member));
  return schema;
}

json wordless(json schema) {
  if (!schema.is_structured())
    return schema;
  for (const char* unsaid : {"description", "default", "minimum", "enum", "format"})
    if (const auto it = schema.find(unsaid); it != schema.end() && !it->is_object())
      schema.erase(it);
  for (auto& member : schema)
    member = wordless(std::move(member));
  return schema;
}

} // namespace troupe::mcp
