#include "mcp/legacy.hpp"

#include "mcp/listing.hpp"

namespace troupe::mcp {

using jsonrpc::message;

namespace {

read_matter read_watch(const message& asked, const offer&) {
  return required_text(asked, asked.params, "uri").map([](std::string uri) -> matter {
    return resource_watch{{std::move(uri)}};
  });
}

} // namespace

struct legacy_dialogue::binding {
  std::string_view name;
  method call;
  bool needs_initialize = true;
};

struct legacy_dialogue::question {
  std::string_view name;
  reader read;
};

bool offers_method(const offer& by, std::string_view method) {
  if (method.starts_with("tools/"))
    return !by.tools.empty();
  if (method.starts_with("prompts/"))
    return !by.prompts.empty();
  if (method.starts_with("resources/"))
    return by.resources;
  if (method.starts_with("tasks/"))
    return by.tasks;
  return method != "completion/complete" || by.completes;
}

outcome legacy_dialogue::answer(const message& request, bool in_batch) {
  static constexpr auto methods = std::to_array<binding>({
    {"initialize", &legacy_dialogue::initialize, false},
    {"ping", &legacy_dialogue::ping, false},
    {"tools/list", &legacy_dialogue::list_tools},
    {"prompts/list", &legacy_dialogue::list_prompts},
    {"resources/templates/list", &legacy_dialogue::list_templates},
    {"resources/unsubscribe", &legacy_dialogue::unsubscribe},
    {"logging/setLevel", &legacy_dialogue::set_level},
  });
  static constexpr auto questions = std::to_array<question>({
    {"tools/call", read_call},
    {"resources/list", read_list},
    {"resources/read", read_resource},
    {"resources/subscribe", read_watch},
    {"prompts/get", read_prompt},
    {"completion/complete", read_completion},
  });
  const auto* bound = find_method(methods, request.method);
  const auto* asks = find_method(questions, request.method);
  const bool known = bound != nullptr || asks != nullptr;
  if (!known || !offers_method(*terms_.offered, request.method))
    return reject_method(request);
  if ((asks || bound->needs_initialize) && !revision_)
    return reject(
      request.id, jsonrpc::invalid_request, request.method + " before initialize");
  if (in_batch && bound && bound->call == &legacy_dialogue::initialize)
    return reject(
      request.id, jsonrpc::invalid_request, "initialize cannot be part of a batch");
  return asks ? ask(request, asks->read) : (this->*bound->call)(request);
}

outcome legacy_dialogue::ask(const message& asked, reader read) const {
  return read(asked, *terms_.offered).map([&](matter what) -> step {
    request r{.id = asked.id, .what = std::move(what), .rev = *revision_};
    r.client = client_;
    r.client_name = client_name_;
    r.loudness = loudness_;
    const auto& token = member(member(asked.params, "_meta"), "progressToken");
    if (is_token(token))
      r.progress_token = token;
    return r;
  });
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
  client_ = read_abilities(member(request.params, "capabilities"));
  client_.tasks = false;
  json told{
    {"protocolVersion", to_string(*revision_)},
    {"capabilities", capabilities(*terms_.offered, *revision_)},
    {"serverInfo", server_info(*terms_.offered, *revision_)}};
  if (!terms_.offered->instructions.empty())
    told["instructions"] = terms_.offered->instructions;
  return success(request, std::move(told));
}

outcome legacy_dialogue::ping(const message& request) {
  return success(request, json::object());
}

outcome legacy_dialogue::list_tools(const message& request) {
  return tool_page(request, *terms_.offered, *revision_).map([&](json list) {
    return success(request, std::move(list));
  });
}

outcome legacy_dialogue::list_prompts(const message& request) {
  return prompt_page(request, *terms_.offered, *revision_).map([&](json list) {
    return success(request, std::move(list));
  });
}

outcome legacy_dialogue::list_templates(const message& request) {
  return template_page(request, *terms_.offered, *revision_).map([&](json list) {
    return success(request, std::move(list));
  });
}

outcome legacy_dialogue::set_level(const message& request) {
  const auto text = required_text(request, request.params, "level");
  if (!text)
    return tl::unexpected(text.error());
  const auto level = from_name<log_level>(*text);
  if (!level)
    return reject(
      request.id,
      jsonrpc::invalid_params,
      "level: " + unknown_value(*text, names(log_level{})).reason);
  loudness_ = *level;
  return success(request, json::object());
}

outcome legacy_dialogue::unsubscribe(const message& request) {
  return required_text(request, request.params, "uri")
    .map([&](std::string uri) -> step {
      return leave_off{request.id, std::move(uri)};
    });
}

} // namespace troupe::mcp
