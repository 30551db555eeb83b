#include "mcp/answers.hpp"

#include "mcp/listing.hpp"

namespace troupe::mcp {

namespace {

/// Data is neither parsed nor copied into a value: it may be large.
std::string tool_result(
  const offer& by, revision rev, const tool_data* given, const std::string& text) {
  std::string all = R"({"content":[{"type":"text","text":)";
  write_string(all, text);
  all += "}]";
  if (given == nullptr)
    all += R"(,"isError":true)";
  else if (rev >= revision::v2025_06_18)
    all.append(R"(,"structuredContent":)").append(text);
  if (rev >= modern)
    return all.append(",").append(print_json(modern_result(by, json::object())), 1);
  return all + "}";
}

/// Lists and resources may have changed when they are asked for again.
bool is_cached(const request& asked) {
  return std::holds_alternative<resource_list>(asked.what) ||
         std::holds_alternative<resource_read>(asked.what);
}

std::string fields_result(const offer& by, const request& asked, json all) {
  if (asked.rev < revision::v2025_06_18)
    all.erase("structuredContent");
  if (asked.rev < modern)
    return print_json(all);
  if (is_cached(asked)) {
    all["ttlMs"] = 0;
    all["cacheScope"] = "private";
  }
  return print_json(modern_result(by, std::move(all)));
}

std::string with_result(const json& task, const std::string& result) {
  auto text = print_json(task);
  text.pop_back();
  return text.append(R"(,"result":)").append(result).append("}");
}

std::string refusal_line(const request& asked, const refusal& why) {
  const bool renamed = asked.rev >= modern && why.code == code_no_such_resource;
  auto told =
    jsonrpc::failure(asked.id, renamed ? jsonrpc::invalid_params : why.code, why.text);
  if (!why.data.is_null())
    told["error"]["data"] = why.data;
  return print_json(told);
}

/// The result of one that has one, as text.
struct result_text {
  const offer& by;
  const request& asked;

  std::string operator()(const tool_data& d) const {
    return tool_result(by, asked.rev, &d, d.text.text);
  }
  std::string operator()(const complaint& c) const {
    return tool_result(by, asked.rev, nullptr, c.text);
  }
  std::string operator()(const result_fields& f) const {
    return fields_result(by, asked, f.all);
  }
  std::string operator()(const task_begun& t) const {
    return print_json(modern_result(by, t.task, "task"));
  }
  std::string operator()(const task_told& t) const {
    const auto state = modern_result(by, t.task);
    const auto result = std::visit(*this, t.result);
    return result.empty() ? print_json(state) : with_result(state, result);
  }
  std::string operator()(const std::monostate&) const { return {}; }
  std::string operator()(const refusal&) const { return {}; }
  std::string operator()(const needs&) const { return {}; }
  std::string operator()(const granted&) const { return "{}"; }
};

} // namespace

refusal no_such_resource(const std::string& uri, std::string text) {
  return {code_no_such_resource, std::move(text), {{"uri", uri}}};
}

json form(std::string message, json schema) {
  return {
    {"method", "elicitation/create"},
    {"params",
     {{"mode", "form"},
      {"message", std::move(message)},
      {"requestedSchema", std::move(schema)}}}};
}

const json* filled_in(const request& asked, std::string_view key) {
  const auto& given = member(asked.inputs, key);
  if (member(given, "action") != "accept" || !member(given, "content").is_object())
    return nullptr;
  return &member(given, "content");
}

json unable(const client_abilities& client, const needs& what) {
  json lacking = json::object();
  for (const auto& each : what.requests) {
    const auto& method = member(each, "method");
    const bool by_page = member(member(each, "params"), "mode") == "url";
    if (method == "sampling/createMessage" && !client.sampling)
      lacking["sampling"] = json::object();
    if (method == "roots/list" && !client.roots)
      lacking["roots"] = json::object();
    if (method == "elicitation/create" && by_page && !client.url)
      lacking["elicitation"]["url"] = json::object();
    if (method == "elicitation/create" && !by_page && !client.form)
      lacking["elicitation"]["form"] = json::object();
  }
  return lacking.empty() ? json() : lacking;
}

refusal missing_capability(json capabilities) {
  std::string names;
  for (const auto& [name, whatever] : capabilities.items())
    names += (names.empty() ? "" : ", ") + name;
  return {
    code_missing_capability,
    "Missing required client capability: " + names,
    {{"requiredCapabilities", std::move(capabilities)}}};
}

json modern_result(const offer& by, json fields, std::string_view type) {
  fields["resultType"] = type;
  fields["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(by, modern);
  return fields;
}

std::string answer_line(const offer& by, const request& asked, const settlement& what) {
  if (const auto* why = std::get_if<refusal>(&what))
    return refusal_line(asked, *why);
  if (const auto* wanting = std::get_if<needs>(&what))
    if (auto lacking = unable(asked.client, *wanting); !lacking.is_null())
      return refusal_line(asked, missing_capability(std::move(lacking)));
  return jsonrpc::success_text(asked.id, std::visit(result_text{by, asked}, what));
}

std::string needs_line(
  const offer& by, const request& asked, const needs& what, std::string state) {
  json all{{"inputRequests", what.requests}};
  if (what.requests.empty())
    all.erase("inputRequests");
  if (!state.empty())
    all["requestState"] = std::move(state);
  return jsonrpc::success_text(
    asked.id, print_json(modern_result(by, std::move(all), "input_required")));
}

} // namespace troupe::mcp
