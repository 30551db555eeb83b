#include "mcp/legacy.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

using jsonrpc::message;
using jsonrpc::rejection;

tl::unexpected<rejection> reject(const json& id, int code, std::string text) {
  return tl::unexpected(rejection{code, std::move(text), id});
}

const json& member(const json& object, std::string_view name) {
  static const json nothing;
  const auto it = object.find(name);
  return it == object.end() ? nothing : *it;
}

step success(const message& request, json outcome) {
  return say_answer{jsonrpc::success(request.id, std::move(outcome))};
}

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

bool is_token(const json& j) {
  return j.is_string() || j.is_number_integer();
}

} // namespace

struct legacy_dialogue::binding {
  std::string_view name;
  method call;
  bool needs_initialize;
};

const legacy_dialogue::binding* legacy_dialogue::find(std::string_view name) {
  static constexpr auto methods = std::to_array<binding>({
    {"initialize", &legacy_dialogue::initialize, false},
    {"ping", &legacy_dialogue::ping, false},
    {"tools/list", &legacy_dialogue::list_tools, true},
    {"tools/call", &legacy_dialogue::begin_call, true},
    {"logging/setLevel", &legacy_dialogue::set_level, true},
  });
  const auto it = std::ranges::find(methods, name, &binding::name);
  return it == methods.end() ? nullptr : &*it;
}

legacy_dialogue::legacy_dialogue(tool_list list) : list_(std::move(list)) {}

turn legacy_dialogue::take(std::string_view line) {
  if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return {};
  auto value = parse_json(line);
  if (!value) {
    const rejection why{
      jsonrpc::parse_error, "parse error: " + value.error().message, nullptr};
    return {{say_answer{jsonrpc::failure(why)}}};
  }
  return value->is_array() ? take_batch(*value) : turn{take_message(*value, false)};
}

turn legacy_dialogue::take_batch(const json& values) {
  const auto refuse = [](std::string text) {
    const rejection why{jsonrpc::invalid_request, std::move(text), nullptr};
    return turn{{say_answer{jsonrpc::failure(why)}}};
  };
  if (revision_ != revision::v2025_03_26)
    return refuse("batches exist in MCP 2025-03-26 only; send one message a line");
  if (values.empty() || values.size() > batch_max)
    return refuse("a batch has 1 to " + std::to_string(batch_max) + " messages");
  turn all{.batch = true};
  for (const auto& value : values)
    for (auto& s : take_message(value, true))
      all.steps.push_back(std::move(s));
  return all;
}

std::vector<step> legacy_dialogue::take_message(const json& value, bool in_batch) {
  const auto m = jsonrpc::read(value);
  if (!m)
    return {say_answer{jsonrpc::failure(m.error())}};
  if (m->what == jsonrpc::kind::notification) {
    const auto& id = member(m->params, "requestId");
    if (m->method == "notifications/cancelled" && is_token(id))
      return {drop_call{id}};
    return {};
  }
  if (m->what == jsonrpc::kind::response)
    return {};
  auto s = answer(*m, in_batch);
  if (!s)
    return {say_answer{jsonrpc::failure(s.error())}};
  return {std::move(*s)};
}

legacy_dialogue::outcome
legacy_dialogue::answer(const message& request, bool in_batch) {
  const auto* bound = find(request.method);
  if (bound == nullptr)
    return reject(
      request.id,
      jsonrpc::method_not_found,
      "Method not found: " + one_line(request.method, 80));
  if (bound->needs_initialize && !revision_)
    return reject(
      request.id, jsonrpc::invalid_request, request.method + " before initialize");
  if (in_batch && bound->call == &legacy_dialogue::initialize)
    return reject(
      request.id, jsonrpc::invalid_request, "initialize cannot be part of a batch");
  return (this->*bound->call)(request);
}

legacy_dialogue::outcome legacy_dialogue::initialize(const message& request) {
  if (revision_)
    return reject(
      request.id, jsonrpc::invalid_request, "this connection is initialized already");
  const auto& wanted = member(request.params, "protocolVersion");
  if (!wanted.is_string())
    return reject(
      request.id, jsonrpc::invalid_params, "protocolVersion: required, a string");
  revision_ =
    from_name<revision>(wanted.get_ref<const std::string&>()).value_or(newest_revision);
  const auto& client = member(request.params, "clientInfo");
  if (const auto& name = member(client, "name"); name.is_string())
    client_name_ = one_line(name.get_ref<const std::string&>(), 80);
  json server{{"name", "troupe"}};
  if (*revision_ >= revision::v2025_06_18)
    server["title"] = "Troupe";
  server["version"] = TROUPE_VERSION;
  return success(
    request,
    {{"protocolVersion", to_string(*revision_)},
     {"capabilities", {{"tools", json::object()}, {"logging", json::object()}}},
     {"serverInfo", std::move(server)},
     {"instructions", instructions(list_)}});
}

legacy_dialogue::outcome legacy_dialogue::ping(const message& request) {
  return success(request, json::object());
}

legacy_dialogue::outcome legacy_dialogue::list_tools(const message& request) {
  if (!member(request.params, "cursor").is_null())
    return reject(
      request.id, jsonrpc::invalid_params, "cursor: the list of tools is one page");
  json list = json::array();
  for (const auto* t : list_)
    list.push_back(definition(*t));
  return success(request, {{"tools", std::move(list)}});
}

legacy_dialogue::outcome legacy_dialogue::begin_call(const message& request) {
  const auto& name = member(request.params, "name");
  if (!name.is_string())
    return reject(request.id, jsonrpc::invalid_params, "name: required, a string");
  const auto& text = name.get_ref<const std::string&>();
  const auto it =
    std::ranges::find_if(list_, [&](const tool* t) { return t->info.name == text; });
  if (it == list_.end())
    return reject(request.id, jsonrpc::invalid_params, unknown_tool(text, list_));
  const auto& arguments = member(request.params, "arguments");
  if (!arguments.is_null() && !arguments.is_object())
    return reject(request.id, jsonrpc::invalid_params, "arguments: must be an object");
  call_tool call{.id = request.id, .which = *it};
  if (arguments.is_object())
    call.arguments = arguments;
  const auto& meta = member(request.params, "_meta");
  if (const auto& token = member(meta, "progressToken"); is_token(token))
    call.progress_token = token;
  return call;
}

legacy_dialogue::outcome legacy_dialogue::set_level(const message& request) {
  static constexpr std::array<std::string_view, 8> levels{
    "debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"};
  const auto& level = member(request.params, "level");
  if (!level.is_string())
    return reject(request.id, jsonrpc::invalid_params, "level: required, a string");
  const auto& text = level.get_ref<const std::string&>();
  if (std::ranges::find(levels, text) == levels.end())
    return reject(
      request.id,
      jsonrpc::invalid_params,
      "level: " + unknown_value(text, levels).reason);
  return success(request, json::object());
}

json legacy_dialogue::definition(const tool& t) const {
  json d{{"name", t.info.name}};
  if (*revision_ >= revision::v2025_06_18)
    d["title"] = t.info.title;
  d["description"] = t.info.description;
  d["inputSchema"] = t.input_schema;
  if (*revision_ >= revision::v2025_06_18)
    d["outputSchema"] = wordless(t.output_schema);
  if (*revision_ >= revision::v2025_03_26)
    d["annotations"] = {
      {"readOnlyHint", t.info.read_only},
      {"destructiveHint", t.info.destructive},
      {"idempotentHint", t.info.idempotent},
      {"openWorldHint", t.info.open_world}};
  if (*revision_ >= revision::v2025_06_18)
    d["_meta"] = {{"troupe/schema_version", t.info.schema_version}};
  return d;
}

std::string legacy_dialogue::call_result(const result<raw_json>& answer) const {
  std::string text = R"({"content":[{"type":"text","text":)";
  write_string(text, answer ? answer->text : answer.error().message);
  text += "}]";
  if (!answer)
    text += R"(,"isError":true)";
  else if (revision_ && *revision_ >= revision::v2025_06_18)
    text.append(R"(,"structuredContent":)").append(answer->text);
  return text += "}";
}

} // namespace troupe::mcp
