#include "mcp/http_post.hpp"

#include "mcp/answers.hpp"
#include "mcp/dialogue.hpp"
#include "mcp/http_frames.hpp"
#include "mcp/http_guard.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

namespace troupe::mcp {

namespace {

using jsonrpc::message;

/// Which parameter the header Mcp-Name repeats.
struct naming {
  std::string_view method;
  std::string_view parameter;
};

constexpr std::array<naming, 6> named_methods{{
  {"tools/call", "name"},
  {"prompts/get", "name"},
  {"resources/read", "uri"},
  {"tasks/get", "taskId"},
  {"tasks/update", "taskId"},
  {"tasks/cancel", "taskId"},
}};

bool claims_modern(const message& m) {
  return member(m.params, "_meta").contains(version_key);
}

bool names_modern(const http_head& head) {
  const auto* version = find_field(head.fields, "mcp-protocol-version");
  return version != nullptr && from_name<revision>(*version) == modern;
}

http_answer refuse(int code, const std::string& why, const json& id = nullptr) {
  return http_refusal(400, code, why, print_json(id));
}

std::optional<http_answer> wrong_mirror(
  const http_head& head,
  std::string_view field,
  std::string_view title,
  const std::string& said,
  const json& id) {
  const auto* given = find_field(head.fields, field);
  const auto wrong = [&](const std::string& why) {
    return refuse(header_mismatch, "Header mismatch: " + std::string(title) + why, id);
  };
  if (given == nullptr)
    return wrong(" is missing; the body says \"" + one_line(said, 80) + "\"");
  const auto meant = read_mirror(*given);
  if (!meant)
    return wrong(" is no base64");
  if (*meant != said)
    return wrong(
      " is \"" + one_line(*meant, 80) + "\", the body says \"" + one_line(said, 80) +
      "\"");
  return {};
}

std::optional<http_answer> wrong_envelope(const message& m) {
  const auto& meta = member(m.params, "_meta");
  if (!member(meta, version_key).is_string())
    return refuse(
      jsonrpc::invalid_params,
      "_meta." + std::string(version_key) + ": must be a string",
      m.id);
  if (!member(meta, capabilities_key).is_object())
    return refuse(
      jsonrpc::invalid_params,
      "_meta." + std::string(capabilities_key) + ": required, an object",
      m.id);
  return {};
}

std::optional<http_answer> wrong_headers(const http_head& head, const message& m) {
  const auto& version =
    member(member(m.params, "_meta"), version_key).get_ref<const std::string&>();
  auto wrong =
    wrong_mirror(head, "mcp-protocol-version", "MCP-Protocol-Version", version, m.id);
  if (wrong || version != to_string(modern))
    return wrong;
  if ((wrong = wrong_mirror(head, "mcp-method", "Mcp-Method", m.method, m.id)))
    return wrong;
  const auto* naming = std::ranges::find(named_methods, m.method, &naming::method);
  if (naming == named_methods.end())
    return {};
  const auto& name = member(m.params, naming->parameter);
  if (!name.is_string())
    return {};
  return wrong_mirror(head, "mcp-name", "Mcp-Name", name.get<std::string>(), m.id);
}

const json& at(const json& arguments, const std::vector<std::string>& path) {
  const auto* found = &arguments;
  for (const auto& name : path)
    found = &member(*found, name);
  return *found;
}

std::optional<http_answer> wrong_argument(
  const http_head& head,
  const mirrored_argument& mirrored,
  const json& said,
  const json& id) {
  if (said.is_null())
    return {};
  const auto title = "Mcp-Param-" + mirrored.name;
  auto field = title;
  std::ranges::transform(
    field, field.begin(), [](unsigned char c) { return std::tolower(c); });
  if (const auto* given = find_field(head.fields, field); given && said.is_number())
    if (const auto meant = parse_json(*given); meant && *meant == said)
      return {};
  const auto text = said.is_string() ? said.get<std::string>() : print_json(said);
  return wrong_mirror(head, field, title, text, id);
}

std::optional<http_answer>
wrong_arguments(const http_head& head, const message& m, const mirror_table& mirrored) {
  const auto& name = member(m.params, "name");
  if (m.method != "tools/call" || !name.is_string())
    return {};
  const auto tool = mirrored.find(name.get_ref<const std::string&>());
  if (tool == mirrored.end())
    return {};
  for (const auto& each : tool->second)
    if (
      auto wrong =
        wrong_argument(head, each, at(member(m.params, "arguments"), each.path), m.id))
      return wrong;
  return {};
}

http_post
read_modern(const http_head& head, const message& m, const mirror_table& mirrored) {
  if (m.what == jsonrpc::kind::notification)
    return modern_post{};
  if (auto wrong = wrong_envelope(m))
    return std::move(*wrong);
  if (auto wrong = wrong_headers(head, m))
    return std::move(*wrong);
  if (auto wrong = wrong_arguments(head, m, mirrored))
    return std::move(*wrong);
  return modern_post{print_json(m.id)};
}

http_post
read_single(const http_head& head, const json& value, const mirror_table& mirrored) {
  const auto m = jsonrpc::read(value);
  if (!m)
    return refuse(m.error().code, m.error().text, m.error().id);
  if (m->what == jsonrpc::kind::response)
    return legacy_post{};
  if (claims_modern(*m))
    return read_modern(head, *m, mirrored);
  const bool begins = m->what == jsonrpc::kind::request && m->method == "initialize";
  if (!begins && names_modern(head)) {
    if (m->what == jsonrpc::kind::notification)
      return modern_post{};
    return refuse(
      jsonrpc::invalid_params,
      "_meta." + std::string(version_key) +
        ": required, as the header MCP-Protocol-Version names a revision of it",
      m->id);
  }
  legacy_post post{.ids = {}, .begins = begins, .batch = false};
  if (m->what == jsonrpc::kind::request)
    post.ids.push_back(print_json(m->id));
  return post;
}

http_post read_batch(const json& values) {
  if (values.empty() || values.size() > dialogue::batch_max)
    return refuse(
      jsonrpc::invalid_request,
      "a batch has 1 to " + std::to_string(dialogue::batch_max) + " messages");
  legacy_post post{.ids = {}, .begins = false, .batch = true};
  std::set<std::string> seen;
  for (const auto& value : values) {
    const auto m = jsonrpc::read(value);
    if (!m)
      return refuse(m.error().code, "in a batch: " + m.error().text);
    if (m->what != jsonrpc::kind::response && claims_modern(*m))
      return refuse(
        jsonrpc::invalid_request,
        "MCP " + std::string(to_string(modern)) + " has no batches");
    if (m->what != jsonrpc::kind::request)
      continue;
    if (!seen.insert(print_json(m->id)).second)
      return refuse(
        jsonrpc::invalid_request, "two requests of a batch have the same id");
    post.ids.push_back(print_json(m->id));
  }
  return post;
}

} // namespace

http_post read_post(const http_request& request, const mirror_table& mirrored) {
  const auto value = parse_json(request.body);
  if (!value)
    return refuse(jsonrpc::parse_error, "parse error: " + value.error().message);
  return value->is_array() ? read_batch(*value)
                           : read_single(request.head, *value, mirrored);
}

std::optional<http_answer> wrong_version(const http_head& head) {
  const auto* version = find_field(head.fields, "mcp-protocol-version");
  if (version == nullptr)
    return {};
  const auto known = from_name<revision>(*version);
  if (known && *known <= newest_legacy)
    return {};
  return refuse(
    jsonrpc::invalid_request,
    "MCP-Protocol-Version: \"" + one_line(*version, 40) +
      "\" is none that a session can have; say what initialize agreed on");
}

std::optional<revision> agreed_revision(std::string_view answer) {
  const auto value = parse_json(answer);
  if (!value)
    return {};
  const auto& agreed = member(member(*value, "result"), "protocolVersion");
  if (!agreed.is_string())
    return {};
  return from_name<revision>(agreed.get_ref<const std::string&>());
}

int modern_status(int code) {
  switch (code) {
  case jsonrpc::method_not_found:
    return 404;
  case jsonrpc::parse_error:
  case jsonrpc::invalid_request:
  case header_mismatch:
  case code_missing_capability:
  case modern_dialogue::unsupported_version:
    return 400;
  default:
    return 200;
  }
}

} // namespace troupe::mcp
