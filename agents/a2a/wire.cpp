#include "agents/a2a/wire.hpp"

#include "agents/agent_line.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents::a2a {

namespace {

constexpr std::uint32_t reply_within_ms = 30'000;

struct named_state {
  std::string_view name;     ///< Of 1.0.
  std::string_view old_name; ///< Of 0.3.
  task_state state;
};

constexpr auto states = std::to_array<named_state>({
  {"TASK_STATE_AUTH_REQUIRED", "auth-required", task_state::auth_required},
  {"TASK_STATE_CANCELED", "canceled", task_state::canceled},
  {"TASK_STATE_COMPLETED", "completed", task_state::completed},
  {"TASK_STATE_FAILED", "failed", task_state::failed},
  {"TASK_STATE_INPUT_REQUIRED", "input-required", task_state::input_required},
  {"TASK_STATE_REJECTED", "rejected", task_state::rejected},
  {"TASK_STATE_SUBMITTED", "submitted", task_state::submitted},
  {"TASK_STATE_WORKING", "working", task_state::working},
});

struct named_telling {
  const char* name;          ///< The member of 1.0.
  std::string_view old_name; ///< The kind of 0.3.
  telling::about kind;
};

constexpr auto tellings = std::to_array<named_telling>({
  {"artifactUpdate", "artifact-update", telling::about::artifact},
  {"message", "message", telling::about::message},
  {"statusUpdate", "status-update", telling::about::status},
  {"task", "task", telling::about::task},
});

json part(bool old, const char* kind, json value) {
  json made = json::object();
  if (old)
    made["kind"] = kind;
  made[kind] = std::move(value);
  return made;
}

void add_if(json& to, const char* name, std::string_view value) {
  if (!value.empty())
    to[name] = value;
}

void add_if(json& to, const char* name, const std::optional<std::string>& value) {
  if (value)
    to[name] = *value;
}

json file_to_send(bool old, const message_part& file) {
  json made = json::object();
  if (file.bytes_base64)
    made[old ? "bytes" : "raw"] = *file.bytes_base64;
  else
    add_if(made, old ? "uri" : "url", file.uri);
  add_if(made, old ? "mimeType" : "mediaType", file.mime_type);
  add_if(made, old ? "name" : "filename", file.name);
  return old ? json{{"kind", "file"}, {"file", std::move(made)}} : made;
}

json part_to_send(bool old, const message_part& given) {
  if (given.type == part_type::file)
    return file_to_send(old, given);
  if (given.type == part_type::text)
    return part(old, "text", given.text.value_or(""));
  const auto data = parse_json(given.data.value_or(raw_json{}).text);
  return part(old, "data", data.value_or(json::object()));
}

/// In 0.3 what a file is stands a level deeper, with other names.
json file_part(const json& given) {
  const auto& file = member(given, "file");
  json made{{"type", "file"}};
  if (file.is_object()) {
    add_if(made, "uri", text_in(file, "uri"));
    add_if(made, "bytes_base64", text_in(file, "bytes"));
    add_if(made, "mime_type", text_in(file, "mimeType"));
    add_if(made, "name", text_in(file, "name"));
    return made;
  }
  add_if(made, "uri", text_in(given, "url"));
  add_if(made, "bytes_base64", text_in(given, "raw"));
  add_if(made, "mime_type", text_in(given, "mediaType"));
  add_if(made, "name", text_in(given, "filename"));
  return made;
}

} // namespace

/// Each call has a connection of its own. With one number for all, the replies to two
/// looks at the same are the same.
web_request wire::call(std::uint64_t id, std::string_view method, json params) const {
  if (!to_.tenant.empty())
    params["tenant"] = to_.tenant;
  const json body{
    {"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", std::move(params)}};
  return {
    .id = id,
    .url = to_string(to_.url),
    .headers = {{"A2A-Version", std::string(to_string(to_.speaks))}},
    .body = raw_json{print_json(body)}};
}

web_request
wire::about(std::uint64_t id, std::string_view method, const std::string& task) const {
  auto request = call(id, method, {{"id", task}});
  request.reply_ms = reply_within_ms;
  return request;
}

/// How long an agent takes to reply to a message is its affair, and the run's clocks'.
web_request wire::send(std::uint64_t id, const message& said) const {
  const bool old = is_old();
  json parts = json::array();
  for (const auto& each : said.parts)
    parts.push_back(part_to_send(old, each));
  json body = json::object();
  if (old)
    body["kind"] = "message";
  body["messageId"] = said.id;
  body["role"] = old ? "user" : "ROLE_USER";
  body["parts"] = std::move(parts);
  if (said.context)
    body["contextId"] = *said.context;
  if (said.task)
    body["taskId"] = *said.task;
  body["metadata"] = {{"cwd", said.cwd}};
  json params{{"message", std::move(body)}};
  if (!streams())
    params["configuration"] =
      old ? json{{"blocking", false}} : json{{"returnImmediately", true}};
  const auto* method = streams() ? (old ? "message/stream" : "SendStreamingMessage")
                                 : (old ? "message/send" : "SendMessage");
  auto request = call(id, method, std::move(params));
  request.tell_sending = true;
  return request;
}

web_request wire::look(std::uint64_t id, const std::string& task) const {
  return about(id, is_old() ? "tasks/get" : "GetTask", task);
}

web_request wire::follow(std::uint64_t id, const std::string& task) const {
  return about(id, is_old() ? "tasks/resubscribe" : "SubscribeToTask", task);
}

web_request wire::cancel(std::uint64_t id, const std::string& task) const {
  return about(id, is_old() ? "tasks/cancel" : "CancelTask", task);
}

task_state state_of(std::string_view word) {
  const auto found = std::ranges::find_if(
    states, [&](const auto& s) { return s.name == word || s.old_name == word; });
  return found == states.end() ? task_state::unknown : found->state;
}

bool is_over(task_state s) {
  return s == task_state::completed || s == task_state::failed ||
         s == task_state::canceled || s == task_state::rejected;
}

bool is_waiting(task_state s) {
  return s == task_state::input_required || s == task_state::auth_required;
}

telling read_result(const json& result) {
  const auto kind = text_in(result, "kind");
  for (const auto& each : tellings) {
    if (kind == each.old_name)
      return {each.kind, &result};
    if (const auto& inner = member(result, each.name); inner.is_object())
      return {each.kind, &inner};
  }
  if (!text_in(result, "id").empty() && member(result, "status").is_object())
    return {telling::about::task, &result};
  return {};
}

json parts_of(const json& message_or_artifact) {
  json all = json::array();
  for (const auto& given : member(message_or_artifact, "parts"))
    if (const auto& text = member(given, "text"); text.is_string())
      all.push_back({{"type", "text"}, {"text", text}});
    else if (given.is_object() && given.contains("data"))
      all.push_back({{"type", "data"}, {"data", given["data"]}});
    else if (given.is_object())
      all.push_back(file_part(given));
  return all;
}

std::string words_of(const json& parts) {
  std::string words;
  for (const auto& each : parts)
    if (const auto text = text_in(each, "text"); !text.empty())
      words.append(words.empty() ? "" : "\n").append(text);
  return words;
}

} // namespace troupe::agents::a2a
