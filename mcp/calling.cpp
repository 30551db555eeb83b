#include "mcp/calling.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

std::string unknown_tool(const std::string& name, const tool_list& list) {
  std::vector<std::string_view> known;
  for (const auto* t : list)
    known.push_back(t->info.name);
  const auto shown = one_line(name, 80);
  if (const auto near = nearest_word(name, known); !near.empty())
    return "Unknown tool: " + shown + "; did you mean " + std::string(near) + "?";
  for (const auto& t : tools())
    if (t.info.name == name)
      return "Unknown tool: " + shown + "; it is in toolset " +
             std::string(t.info.toolset) + ", which this connection did not ask for";
  return "Unknown tool: " + shown + "; tools/list tells which there are";
}

} // namespace

json definition(const tool& t, revision rev) {
  json d{{"name", t.info.name}};
  if (rev >= revision::v2025_06_18)
    d["title"] = t.info.title;
  d["description"] = t.info.description;
  d["inputSchema"] = t.input_schema;
  if (rev >= revision::v2025_06_18)
    d["outputSchema"] = wordless(t.output_schema);
  if (rev >= revision::v2025_03_26)
    d["annotations"] = {
      {"readOnlyHint", t.info.read_only},
      {"destructiveHint", t.info.destructive},
      {"idempotentHint", t.info.idempotent},
      {"openWorldHint", t.info.open_world}};
  if (rev >= revision::v2025_06_18)
    d["_meta"] = {{"troupe/schema_version", t.info.schema_version}};
  return d;
}

tl::expected<json, jsonrpc::rejection>
definitions(const jsonrpc::message& request, const tool_list& list, revision rev) {
  if (!member(request.params, "cursor").is_null())
    return reject(
      request.id, jsonrpc::invalid_params, "cursor: the list of tools is one page");
  json all = json::array();
  for (const auto* t : list)
    all.push_back(definition(*t, rev));
  return json{{"tools", std::move(all)}};
}

tl::expected<call_tool, jsonrpc::rejection>
read_call(const jsonrpc::message& request, const tool_list& list, revision rev) {
  const auto& name = member(request.params, "name");
  if (!name.is_string())
    return reject(request.id, jsonrpc::invalid_params, "name: required, a string");
  const auto& text = name.get_ref<const std::string&>();
  const auto it =
    std::ranges::find_if(list, [&](const tool* t) { return t->info.name == text; });
  if (it == list.end())
    return reject(request.id, jsonrpc::invalid_params, unknown_tool(text, list));
  const auto& arguments = member(request.params, "arguments");
  if (!arguments.is_null() && !arguments.is_object())
    return reject(request.id, jsonrpc::invalid_params, "arguments: must be an object");
  call_tool call{.id = request.id, .which = *it, .form = {.rev = rev}};
  if (arguments.is_object())
    call.arguments = arguments;
  const auto& meta = member(request.params, "_meta");
  if (const auto& token = member(meta, "progressToken"); is_token(token))
    call.progress_token = token;
  return call;
}

json server_info(revision rev) {
  json server{{"name", "troupe"}};
  if (rev >= revision::v2025_06_18)
    server["title"] = "Troupe";
  server["version"] = TROUPE_VERSION;
  return server;
}

} // namespace troupe::mcp
