#include "mcp/legacy.hpp"

#include "mcp/calling.hpp"

#include <algorithm>

namespace troupe::mcp {

using jsonrpc::message;

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
  return find_method(methods, name);
}

outcome legacy_dialogue::answer(const message& request, bool in_batch) {
  const auto* bound = find(request.method);
  if (bound == nullptr)
    return reject_method(request);
  if (bound->needs_initialize && !revision_)
    return reject(
      request.id, jsonrpc::invalid_request, request.method + " before initialize");
  if (in_batch && bound->call == &legacy_dialogue::initialize)
    return reject(
      request.id, jsonrpc::invalid_request, "initialize cannot be part of a batch");
  return (this->*bound->call)(request);
}

outcome legacy_dialogue::initialize(const message& request) {
  if (revision_)
    return reject(
      request.id, jsonrpc::invalid_request, "this connection is initialized already");
  const auto& wanted = member(request.params, "protocolVersion");
  if (!wanted.is_string())
    return reject(
      request.id, jsonrpc::invalid_params, "protocolVersion: required, a string");
  revision_ = std::min(
    from_name<revision>(wanted.get_ref<const std::string&>()).value_or(newest_legacy),
    newest_legacy);
  const auto& client = member(request.params, "clientInfo");
  if (const auto& name = member(client, "name"); name.is_string())
    client_name_ = one_line(name.get_ref<const std::string&>(), 80);
  return success(
    request,
    {{"protocolVersion", to_string(*revision_)},
     {"capabilities", {{"tools", json::object()}, {"logging", json::object()}}},
     {"serverInfo", server_info(*revision_)},
     {"instructions", instructions(list_)}});
}

outcome legacy_dialogue::ping(const message& request) {
  return success(request, json::object());
}

outcome legacy_dialogue::list_tools(const message& request) {
  return definitions(request, list_, *revision_).map([&](json list) {
    return success(request, std::move(list));
  });
}

outcome legacy_dialogue::begin_call(const message& request) {
  return read_call(request, list_, *revision_).map([&](call_tool call) -> step {
    call.client_name = client_name_;
    return call;
  });
}

outcome legacy_dialogue::set_level(const message& request) {
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

} // namespace troupe::mcp
