#include "mcp/listing.hpp"

/// What a request asks for.
namespace troupe::mcp {

namespace {

using jsonrpc::message;

const json no_params = json::object();

std::string unknown_tool(const std::string& name, const offer& by) {
  std::vector<std::string_view> known;
  for (const auto* t : by.tools)
    known.push_back(t->info.name);
  const auto shown = one_line(name, 80);
  if (const auto near = nearest_word(name, known); !near.empty())
    return "Unknown tool: " + shown + "; did you mean " + std::string(near) + "?";
  for (const auto* t : by.others)
    if (t->info.name == name)
      return "Unknown tool: " + shown + "; it is in toolset " +
             std::string(t->info.toolset) + ", which this connection did not ask for";
  return "Unknown tool: " + shown + "; tools/list tells which there are";
}

const prompt* find_prompt(const std::string& name, const offer& by) {
  const auto it = std::ranges::find(by.prompts, name, &prompt::name);
  return it == by.prompts.end() ? nullptr : &*it;
}

std::string unknown_prompt(const std::string& name, const offer& by) {
  std::vector<std::string_view> known;
  for (const auto& p : by.prompts)
    known.push_back(p.name);
  return "name: " + unknown_value(name, known).reason;
}

/// Texts by name; what is no text is left out, or wrong if `strict`.
std::optional<std::map<std::string, std::string>> texts(const json& object) {
  std::map<std::string, std::string> all;
  if (object.is_null())
    return all;
  if (!object.is_object())
    return {};
  for (const auto& [name, value] : object.items()) {
    if (!value.is_string())
      return {};
    all.emplace(name, value.get<std::string>());
  }
  return all;
}

} // namespace

tl::expected<std::string, jsonrpc::rejection>
required_text(const message& asked, const json& object, const char* name) {
  const auto& value = member(object, name);
  if (!value.is_string())
    return reject(
      asked.id, jsonrpc::invalid_params, std::string(name) + ": required, a string");
  return value.get<std::string>();
}

read_matter read_call(const message& asked, const offer& by) {
  const auto name = required_text(asked, asked.params, "name");
  if (!name)
    return tl::unexpected(name.error());
  const auto it =
    std::ranges::find_if(by.tools, [&](auto* t) { return t->info.name == *name; });
  if (it == by.tools.end())
    return reject(asked.id, jsonrpc::invalid_params, unknown_tool(*name, by));
  const auto& arguments = member(asked.params, "arguments");
  if (!arguments.is_null() && !arguments.is_object())
    return reject(asked.id, jsonrpc::invalid_params, "arguments: must be an object");
  return tool_call{*it, arguments.is_object() ? arguments : no_params};
}

read_matter read_list(const message& asked, const offer&) {
  const auto& cursor = member(asked.params, "cursor");
  if (cursor.is_null())
    return resource_list{};
  if (!cursor.is_string())
    return reject(asked.id, jsonrpc::invalid_params, "cursor: must be a string");
  return resource_list{cursor.get<std::string>()};
}

read_matter read_resource(const message& asked, const offer&) {
  return required_text(asked, asked.params, "uri").map([](std::string uri) -> matter {
    return resource_read{std::move(uri)};
  });
}

read_matter read_prompt(const message& asked, const offer& by) {
  const auto name = required_text(asked, asked.params, "name");
  if (!name)
    return tl::unexpected(name.error());
  const auto* which = find_prompt(*name, by);
  if (which == nullptr)
    return reject(asked.id, jsonrpc::invalid_params, unknown_prompt(*name, by));
  auto given = texts(member(asked.params, "arguments"));
  if (!given)
    return reject(
      asked.id, jsonrpc::invalid_params, "arguments: must be an object of strings");
  for (const auto& a : which->arguments)
    if (a.needed && !given->contains(std::string(a.name)))
      return reject(
        asked.id,
        jsonrpc::invalid_params,
        "arguments." + std::string(a.name) +
          ": required: " + std::string(a.description));
  return prompt_get{which, std::move(*given)};
}

read_matter read_completion(const message& asked, const offer& by) {
  const auto& ref = member(asked.params, "ref");
  const auto& argument = member(asked.params, "argument");
  completion c;
  const bool of_prompt = member(ref, "type") == "ref/prompt";
  if (!of_prompt && member(ref, "type") != "ref/resource")
    return reject(
      asked.id,
      jsonrpc::invalid_params,
      "ref.type: must be ref/prompt or ref/resource");
  const auto name = required_text(asked, ref, of_prompt ? "name" : "uri");
  const auto variable = required_text(asked, argument, "name");
  const auto value = required_text(asked, argument, "value");
  for (const auto* text : {&name, &variable, &value})
    if (!*text)
      return tl::unexpected(text->error());
  if (of_prompt && find_prompt(*name, by) == nullptr)
    return reject(asked.id, jsonrpc::invalid_params, unknown_prompt(*name, by));
  const auto has_uri = [&](auto& t) { return t.uri_template == *name; };
  if (!of_prompt && std::ranges::none_of(by.templates, has_uri))
    return reject(
      asked.id,
      jsonrpc::invalid_params,
      "ref.uri: no such template; resources/templates/list tells which there are");
  c.kind = of_prompt ? completion::of::prompt : completion::of::resource;
  c.name = *name;
  c.argument = *variable;
  c.value = *value;
  c.known = texts(member(member(asked.params, "context"), "arguments"))
              .value_or(std::map<std::string, std::string>());
  return c;
}

} // namespace troupe::mcp
