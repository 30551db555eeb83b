#include "mcp/modern.hpp"

#include "mcp/answers.hpp"
#include "mcp/legacy.hpp"
#include "mcp/listing.hpp"

namespace troupe::mcp {

namespace {

using jsonrpc::message;

constexpr std::string_view client_key = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view level_key = "io.modelcontextprotocol/logLevel";

/// What is listed so changes with the server's program alone, or says so.
constexpr int list_ttl_ms = 300'000;

json tasks_alone() {
  return {{"extensions", {{tasks_extension, json::object()}}}};
}

step complaint_about(const json& id, const refusal& why) {
  auto told = jsonrpc::failure(id, why.code, why.text);
  told["error"]["data"] = why.data;
  return say_answer{std::move(told)};
}

step unsupported(const json& id, const std::string& asked) {
  return complaint_about(
    id,
    {modern_dialogue::unsupported_version,
     "Unsupported protocol version; speak " + std::string(to_string(modern)) +
       " or begin with initialize",
     {{"supported", json::array({to_string(modern)})},
      {"requested", one_line(asked, 80)}}});
}

tl::expected<request, jsonrpc::rejection>
read_sender(const json& id, const json& meta) {
  const auto& capabilities = member(meta, capabilities_key);
  if (!capabilities.is_object())
    return reject(
      id,
      jsonrpc::invalid_params,
      "_meta." + std::string(capabilities_key) + ": required, an object");
  request by{.id = id, .rev = modern};
  by.client = read_abilities(capabilities);
  if (const auto& name = member(member(meta, client_key), "name"); name.is_string())
    by.client_name = one_line(name.get_ref<const std::string&>(), 80);
  if (const auto& level = member(meta, level_key); level.is_string())
    by.loudness = from_name<log_level>(level.get_ref<const std::string&>());
  if (const auto& token = member(meta, "progressToken"); is_token(token))
    by.progress_token = token;
  return by;
}

template <class T>
read_matter read_task(const message& asked, const offer&) {
  return required_text(asked, asked.params, "taskId")
    .map([&](std::string id) -> matter {
      T what{std::move(id)};
      if constexpr (std::same_as<T, task_update>)
        if (const auto& given = member(asked.params, "inputResponses");
            given.is_object())
          what.responses = given;
      return what;
    });
}

} // namespace

struct modern_dialogue::binding {
  std::string_view name;
  method call;
};

struct modern_dialogue::question {
  std::string_view name;
  reader read;
  bool in_rounds = false; ///< May need something of the client first.
};

std::string purpose_of(const request& asked, const std::string& principal) {
  json what;
  if (const auto* call = std::get_if<tool_call>(&asked.what))
    what = {"tools/call", call->which->info.name, call->arguments};
  else if (const auto* get = std::get_if<prompt_get>(&asked.what))
    what = {"prompts/get", get->which->name, get->arguments};
  else if (const auto* read = std::get_if<resource_read>(&asked.what))
    what = {"resources/read", read->uri};
  return print_json({principal, what});
}

bool modern_dialogue::claims(const message& request) {
  return member(request.params, "_meta").contains(version_key);
}

outcome modern_dialogue::answer(const message& asked, timestamp now) const {
  const auto& meta = member(asked.params, "_meta");
  const auto& version = member(meta, version_key);
  if (!version.is_string())
    return reject(
      asked.id,
      jsonrpc::invalid_params,
      "_meta." + std::string(version_key) + ": must be a string");
  auto by = read_sender(asked.id, meta);
  if (!by)
    return tl::unexpected(by.error());
  if (version != to_string(modern))
    return unsupported(asked.id, version.get_ref<const std::string&>());
  return play(asked, std::move(*by), now);
}

outcome modern_dialogue::play(const message& asked, request by, timestamp now) const {
  static constexpr auto methods = std::to_array<binding>({
    {"server/discover", &modern_dialogue::discover},
    {"tools/list", &modern_dialogue::list_tools},
    {"prompts/list", &modern_dialogue::list_prompts},
    {"resources/templates/list", &modern_dialogue::list_templates},
  });
  static constexpr auto questions = std::to_array<question>({
    {"tools/call", read_call, true},
    {"resources/list", read_list},
    {"resources/read", read_resource, true},
    {"prompts/get", read_prompt, true},
    {"completion/complete", read_completion},
    {"tasks/get", read_task<task_look>},
    {"tasks/update", read_task<task_update>},
    {"tasks/cancel", read_task<task_cancel>},
  });
  if (!offers_method(*terms_.offered, asked.method))
    return reject_method(asked);
  if (const auto* bound = find_method(methods, asked.method))
    return (this->*bound->call)(asked);
  if (const auto* asks = find_method(questions, asked.method)) {
    if (asked.method.starts_with("tasks/") && !by.client.tasks)
      return complaint_about(asked.id, missing_capability(tasks_alone()));
    return ask(asked, *asks, std::move(by), now);
  }
  return asked.method == "subscriptions/listen" ? begin_listening(asked, by)
                                                : reject_method(asked);
}

outcome modern_dialogue::ask(
  const message& asked, const question& how, request by, timestamp now) const {
  auto what = how.read(asked, *terms_.offered);
  if (!what)
    return tl::unexpected(what.error());
  by.what = std::move(*what);
  if (how.in_rounds)
    if (auto taken = take_round(asked, by, now); !taken)
      return tl::unexpected(taken.error());
  return step(std::move(by));
}

/// What the client gives now, after what it gave in the rounds before.
tl::expected<void, jsonrpc::rejection>
modern_dialogue::take_round(const message& asked, request& by, timestamp now) const {
  if (const auto& state = member(asked.params, "requestState"); !state.is_null()) {
    const auto held =
      state.is_string() && terms_.seals
        ? terms_.seals->opened(
            state.get_ref<const std::string&>(), purpose_of(by, terms_.principal), now)
        : std::optional<json>();
    if (!held)
      return reject(
        asked.id,
        jsonrpc::invalid_params,
        "requestState: not as it was given for this request, or too old; ask again "
        "without it");
    by.inputs = member(*held, "inputs");
    by.state = member(*held, "state");
  }
  const auto& given = member(asked.params, "inputResponses");
  if (given.is_null())
    return {};
  if (!given.is_object())
    return reject(
      asked.id, jsonrpc::invalid_params, "inputResponses: must be an object");
  for (const auto& [key, response] : given.items())
    if (response.is_object())
      by.inputs[key] = response;
  return {};
}

json modern_dialogue::cached(json fields) const {
  fields["ttlMs"] = list_ttl_ms;
  fields["cacheScope"] = "private";
  return modern_result(*terms_.offered, std::move(fields));
}

outcome modern_dialogue::discover(const message& asked) const {
  auto declared = capabilities(*terms_.offered, modern);
  if (terms_.offered->tasks)
    declared.update(tasks_alone());
  json told{
    {"supportedVersions", json::array({to_string(modern)})},
    {"capabilities", std::move(declared)}};
  if (!terms_.offered->instructions.empty())
    told["instructions"] = terms_.offered->instructions;
  return success(asked, cached(std::move(told)));
}

outcome modern_dialogue::list_tools(const message& asked) const {
  return tool_page(asked, *terms_.offered, modern).map([&](json list) {
    return success(asked, cached(std::move(list)));
  });
}

outcome modern_dialogue::list_prompts(const message& asked) const {
  return prompt_page(asked, *terms_.offered, modern).map([&](json list) {
    return success(asked, cached(std::move(list)));
  });
}

outcome modern_dialogue::list_templates(const message& asked) const {
  return template_page(asked, *terms_.offered, modern).map([&](json list) {
    return success(asked, cached(std::move(list)));
  });
}

/// What is asked for and can change; the rest is left out.
outcome
modern_dialogue::begin_listening(const message& asked, const request& by) const {
  const auto& wanted = member(asked.params, "notifications");
  if (!wanted.is_object())
    return reject(
      asked.id, jsonrpc::invalid_params, "notifications: required, an object");
  if (wanted.contains("taskIds") && !by.client.tasks)
    return complaint_about(asked.id, missing_capability(tasks_alone()));
  listen what{.id = asked.id};
  const bool lists = terms_.offered->lists_change;
  if (lists && member(wanted, "toolsListChanged") == true)
    what.lists.push_back(changing_list::tools);
  if (lists && member(wanted, "promptsListChanged") == true)
    what.lists.push_back(changing_list::prompts);
  if (terms_.offered->resources && member(wanted, "resourcesListChanged") == true)
    what.lists.push_back(changing_list::resources);
  if (const auto& uris = member(wanted, "resourceSubscriptions");
      uris.is_array() && terms_.offered->resources)
    for (const auto& uri : uris)
      if (uri.is_string() && what.uris.size() < uris_max)
        what.uris.push_back(uri.get<std::string>());
  return step(std::move(what));
}

} // namespace troupe::mcp
