#include "mcp/listing.hpp"

#include "mcp/answers.hpp"

namespace troupe::mcp {

namespace {

bool has_titles(revision rev) {
  return rev >= revision::v2025_06_18;
}

list_page one_page(const jsonrpc::message& asked, const char* name, json all) {
  if (!member(asked.params, "cursor").is_null())
    return reject(
      asked.id,
      jsonrpc::invalid_params,
      std::string("cursor: the list of ") + name + " is one page");
  return json{{name, std::move(all)}};
}

json shown(const prompt& p, revision rev) {
  json d{{"name", p.name}, {"description", p.description}};
  if (has_titles(rev) && !p.title.empty())
    d["title"] = p.title;
  auto& arguments = d["arguments"] = json::array();
  for (const auto& a : p.arguments)
    arguments.push_back(
      {{"name", a.name}, {"description", a.description}, {"required", a.needed}});
  return d;
}

json shown(const resource_template& t, revision rev) {
  json d{
    {"uriTemplate", t.uri_template},
    {"name", t.name},
    {"description", t.description},
    {"mimeType", t.mime_type}};
  if (has_titles(rev) && !t.title.empty())
    d["title"] = t.title;
  return d;
}

} // namespace

json server_info(const offer& by, revision rev) {
  json server{{"name", by.about.name}};
  if (has_titles(rev))
    server["title"] = by.about.title;
  server["version"] = by.about.version;
  return server;
}

json capabilities(const offer& by, revision rev) {
  const auto changing = [&](bool changes) {
    return changes ? json{{"listChanged", true}} : json::object();
  };
  json all{{"logging", json::object()}};
  if (!by.tools.empty())
    all["tools"] = changing(by.lists_change);
  if (!by.prompts.empty())
    all["prompts"] = changing(by.lists_change);
  if (by.resources)
    all["resources"] = {{"subscribe", true}, {"listChanged", true}};
  if (by.completes && rev >= revision::v2025_03_26)
    all["completions"] = json::object();
  return all;
}

json definition(const tool& t, revision rev) {
  json d{{"name", t.info.name}};
  if (has_titles(rev) && !t.info.title.empty())
    d["title"] = t.info.title;
  d["description"] = t.info.description;
  d["inputSchema"] = t.input_schema;
  if (has_titles(rev) && !t.output_schema.is_null())
    d["outputSchema"] = wordless(t.output_schema);
  if (rev >= revision::v2025_03_26)
    d["annotations"] = {
      {"readOnlyHint", t.info.read_only},
      {"destructiveHint", t.info.destructive},
      {"idempotentHint", t.info.idempotent},
      {"openWorldHint", t.info.open_world}};
  if (has_titles(rev))
    d["_meta"] = {{"troupe/schema_version", t.info.schema_version}};
  return d;
}

list_page tool_page(const jsonrpc::message& asked, const offer& by, revision rev) {
  json all = json::array();
  for (const auto* t : by.tools)
    all.push_back(definition(*t, rev));
  return one_page(asked, "tools", std::move(all));
}

list_page prompt_page(const jsonrpc::message& asked, const offer& by, revision rev) {
  json all = json::array();
  for (const auto& p : by.prompts)
    all.push_back(shown(p, rev));
  return one_page(asked, "prompts", std::move(all));
}

list_page template_page(const jsonrpc::message& asked, const offer& by, revision rev) {
  json all = json::array();
  for (const auto& t : by.templates)
    all.push_back(shown(t, rev));
  return one_page(asked, "resourceTemplates", std::move(all));
}

client_abilities read_abilities(const json& capabilities) {
  const auto& elicitation = member(capabilities, "elicitation");
  client_abilities can;
  can.form = elicitation.is_object() &&
             (elicitation.empty() || member(elicitation, "form").is_object());
  can.url = member(elicitation, "url").is_object();
  can.sampling = member(capabilities, "sampling").is_object();
  can.roots = member(capabilities, "roots").is_object();
  can.tasks = member(member(capabilities, "extensions"), tasks_extension).is_object();
  return can;
}

} // namespace troupe::mcp
