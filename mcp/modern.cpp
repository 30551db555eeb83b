#include "mcp/modern.hpp"

#include "mcp/calling.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

using jsonrpc::message;

constexpr std::string_view version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view capabilities_key =
  "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view client_key = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view subscription_key = "io.modelcontextprotocol/subscriptionId";

/// The tools change with the daemon's program alone.
constexpr int list_ttl_ms = 300'000;

json cached(json fields) {
  fields["ttlMs"] = list_ttl_ms;
  fields["cacheScope"] = "private";
  return modern_result(std::move(fields));
}

step complaint(const json& id, int code, std::string_view text, json data) {
  auto told = jsonrpc::failure(id, code, text);
  told["error"]["data"] = std::move(data);
  return say_answer{std::move(told)};
}

json tasks_alone() {
  return {{"extensions", {{tasks_extension, json::object()}}}};
}

step unsupported(const json& id, const std::string& asked) {
  return complaint(
    id,
    modern_dialogue::unsupported_version,
    "Unsupported protocol version; speak " + std::string(to_string(modern)) +
      " or begin with initialize",
    {{"supported", json::array({to_string(modern)})},
     {"requested", one_line(asked, 80)}});
}

step without_tasks(const json& id) {
  return complaint(
    id,
    modern_dialogue::missing_capability,
    "Missing required client capability: extension " + std::string(tasks_extension),
    {{"requiredCapabilities", tasks_alone()}});
}

} // namespace

struct modern_dialogue::binding {
  std::string_view name;
  method call;
  bool needs_tasks;
};

const modern_dialogue::binding* modern_dialogue::find(std::string_view name) {
  static constexpr auto methods = std::to_array<binding>({
    {"server/discover", &modern_dialogue::discover, false},
    {"tools/list", &modern_dialogue::list_tools, false},
    {"tools/call", &modern_dialogue::begin_call, false},
    {"subscriptions/listen", &modern_dialogue::listen, false},
    {"tasks/get", &modern_dialogue::get_task, true},
    {"tasks/update", &modern_dialogue::leave_task, true},
    {"tasks/cancel", &modern_dialogue::leave_task, true},
  });
  return find_method(methods, name);
}

bool modern_dialogue::claims(const message& request) {
  return member(request.params, "_meta").contains(version_key);
}

tl::expected<modern_dialogue::asker, jsonrpc::rejection>
modern_dialogue::read_asker(const json& id, const json& meta) {
  const auto& capabilities = member(meta, capabilities_key);
  if (!capabilities.is_object())
    return reject(
      id,
      jsonrpc::invalid_params,
      "_meta." + std::string(capabilities_key) + ": required, an object");
  asker by;
  by.has_tasks =
    member(member(capabilities, "extensions"), tasks_extension).is_object();
  if (const auto& name = member(member(meta, client_key), "name"); name.is_string())
    by.name = one_line(name.get_ref<const std::string&>(), 80);
  return by;
}

outcome modern_dialogue::answer(const message& request, timestamp now) const {
  const auto& meta = member(request.params, "_meta");
  const auto& version = member(meta, version_key);
  if (!version.is_string())
    return reject(
      request.id,
      jsonrpc::invalid_params,
      "_meta." + std::string(version_key) + ": must be a string");
  const auto by = read_asker(request.id, meta);
  if (!by)
    return tl::unexpected(by.error());
  if (version != to_string(modern))
    return unsupported(request.id, version.get_ref<const std::string&>());
  const auto* bound = find(request.method);
  if (bound == nullptr)
    return reject_method(request);
  if (bound->needs_tasks && !by->has_tasks)
    return without_tasks(request.id);
  return (this->*bound->call)(request, *by, now);
}

outcome
modern_dialogue::discover(const message& request, const asker&, timestamp) const {
  auto capabilities = tasks_alone();
  capabilities["tools"] = json::object();
  return success(
    request,
    cached(
      {{"supportedVersions", json::array({to_string(modern)})},
       {"capabilities", std::move(capabilities)},
       {"instructions", instructions(list_)}}));
}

outcome
modern_dialogue::list_tools(const message& request, const asker&, timestamp) const {
  return definitions(request, list_, modern).map([&](json list) {
    return success(request, cached(std::move(list)));
  });
}

/// A client that can look at a task later is not kept waiting.
outcome modern_dialogue::begin_call(
  const message& request, const asker& by, timestamp now) const {
  auto call = read_call(request, list_, modern);
  if (!call)
    return tl::unexpected(call.error());
  call->client_name = by.name;
  if (!by.has_tasks || !can_be_task(*call->which))
    return step(std::move(*call));
  auto asked = call->arguments;
  asked.erase("wait_ms");
  task leave{call->which, std::move(asked), now};
  if (!id_of(leave).empty()) {
    call->arguments = at_once(std::move(call->arguments));
    call->form.what = answer_form::as::task_or_result;
    call->form.of = std::move(leave);
  }
  return step(std::move(*call));
}

/// Nothing that could be listened for ever changes: the stream says so, and nothing
/// more until the client cancels it.
outcome
modern_dialogue::listen(const message& request, const asker& by, timestamp) const {
  const auto& wanted = member(request.params, "notifications");
  if (!wanted.is_object())
    return reject(
      request.id, jsonrpc::invalid_params, "notifications: required, an object");
  if (wanted.contains("taskIds") && !by.has_tasks)
    return without_tasks(request.id);
  return say_answer{jsonrpc::notification(
    "notifications/subscriptions/acknowledged",
    {{"notifications", json::object()}, {"_meta", {{subscription_key, request.id}}}})};
}

tl::expected<task, jsonrpc::rejection>
modern_dialogue::find_task(const message& request) const {
  const auto& id = member(request.params, "taskId");
  auto found = id.is_string() ? read_task(id.get_ref<const std::string&>(), list_)
                              : std::optional<task>();
  if (!found)
    return reject(
      request.id,
      jsonrpc::invalid_params,
      "taskId: no task of this server; tasks are what tools/call answers");
  return std::move(*found);
}

outcome
modern_dialogue::get_task(const message& request, const asker& by, timestamp) const {
  return find_task(request).map([&](task found) -> step {
    call_tool call{.id = request.id, .which = found.which};
    call.arguments = at_once(found.arguments);
    call.client_name = by.name;
    call.form = {modern, answer_form::as::task_state, std::move(found)};
    return call;
  });
}

/// It asks for nothing, and holds nothing that would have to be given up.
outcome
modern_dialogue::leave_task(const message& request, const asker&, timestamp) const {
  return find_task(request).map(
    [&](const task&) { return success(request, modern_result(json::object())); });
}

} // namespace troupe::mcp
