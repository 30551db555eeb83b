#include "gateway/toolsets.hpp"

namespace troupe::mcp {

namespace {

std::string in_cell(std::string text) {
  for (auto at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
    text.insert(at, "\\");
  return text;
}

std::string type_of(const json& property) {
  if (const auto words = property.find("enum"); words != property.end()) {
    std::string text;
    for (const auto& word : *words)
      text += (text.empty() ? "" : " \\| ") + word.get<std::string>();
    return text;
  }
  if (property.contains("anyOf") || property.contains("oneOf"))
    return "string or object";
  const auto type = property.value("type", "any");
  return type == "array" ? "list of " + type_of(property.value("items", json::object()))
                         : type;
}

std::string fields_markdown(std::string_view heading, const json& schema) {
  const auto& properties = schema.at("properties");
  if (properties.empty())
    return std::string(heading) + ": none.\n\n";
  const auto needed = schema.value("required", json::array());
  std::string text = "| " + std::string(heading) + " | type | |\n|---|---|---|\n";
  for (const auto& [name, property] : properties.items()) {
    const bool required = std::ranges::find(needed, json(name)) != needed.end();
    text += "| `" + name + (required ? "`" : "`?") + " | " + type_of(property) + " | " +
            in_cell(property.value("description", ""));
    if (const auto fallback = property.find("default"); fallback != property.end())
      text += " Default `" + print_json(*fallback) + "`.";
    text += " |\n";
  }
  return text + "\n";
}

std::string hints(const tool_info& info) {
  std::string text = "Toolset `" + std::string(info.toolset) + "`";
  text += info.read_only ? ", only reads" : info.destructive ? ", destructive" : "";
  text += info.idempotent && !info.read_only ? ", idempotent" : "";
  text += info.open_world ? ", reaches the outside world" : "";
  text += info.waits ? ", may wait (with progress)" : "";
  return text + ".\n\n";
}

} // namespace

std::string tool_table_markdown() {
  std::string text = "# Tools\n\nGenerated from `gateway/tools.cpp` and the records it "
                     "names; `UPDATE_GOLDEN=1`"
                     " rewrites it.\nA `?` marks what may be left out or absent.\n\n"
                     "| tool | toolset | what it is for |\n|---|---|---|\n";
  for (const auto& [t, call] : tools())
    text += "| [`" + std::string(t.info.name) + "`](#" + std::string(t.info.name) +
            ") | " + std::string(t.info.toolset) + " | " + std::string(t.info.title) +
            " |\n";
  for (const auto& [t, call] : tools()) {
    text += "\n## " + std::string(t.info.name) + "\n\n" +
            std::string(t.info.description) + "\n\n" + hints(t.info);
    text += fields_markdown("takes", t.input_schema);
    text += fields_markdown("gives", t.output_schema);
    text.pop_back();
  }
  return text;
}

} // namespace troupe::mcp
