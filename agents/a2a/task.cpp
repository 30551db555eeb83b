#include "agents/a2a/task.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents::a2a {

namespace {

bool is_text(const json& part) {
  return text_in(part, "type") == "text";
}

/// A piece goes on where the last one ended.
void append_parts(json& to, const json& more) {
  for (const auto& each : more)
    if (!to.empty() && is_text(to.back()) && is_text(each))
      to.back()["text"] =
        std::string(text_in(to.back(), "text")).append(text_in(each, "text"));
    else
      to.push_back(each);
}

/// Words apart, the rest as parts; either is left out if there is none.
void show_parts(json& data, const json& parts) {
  json rest = json::array();
  for (const auto& each : parts)
    if (!is_text(each))
      rest.push_back(each);
  if (auto words = words_of(parts); !words.empty() || rest.empty())
    data["text"] = std::move(words);
  if (!rest.empty())
    data["parts"] = std::move(rest);
}

bool is_ours(const json& message) {
  const auto role = text_in(message, "role");
  return role == "user" || role == "ROLE_USER";
}

} // namespace

void remote_task::turn_began() {
  state_ = task_state::unknown;
  status_message_.clear();
  status_parts_ = json::array();
  last_words_.clear();
  plain_answer_ = false;
}

void remote_task::turn_over(step& out) {
  for (auto& each : artifacts_)
    if (!each.told)
      tell_artifact(each, out);
  artifacts_.clear();
  artifact_bytes_ = 0;
}

bool remote_task::take(const telling& told, step& out) {
  switch (told.kind) {
  case telling::about::nothing:
    return false;
  case telling::about::task:
    place(*told.what);
    take_task(*told.what, out);
    break;
  case telling::about::message:
    place(*told.what);
    take_message(*told.what, out);
    plain_answer_ = text_in(*told.what, "taskId").empty();
    break;
  case telling::about::status:
    place(*told.what);
    take_status(member(*told.what, "status"), out);
    break;
  case telling::about::artifact:
    place(*told.what);
    take_artifact(
      member(*told.what, "artifact"),
      flag_in(*told.what, "append"),
      flag_in(*told.what, "lastChunk"),
      out);
    break;
  }
  return true;
}

void remote_task::place(const json& told) {
  const auto task =
    member(told, "status").is_object() && !told.contains("taskId") ? "id" : "taskId";
  if (const auto id = text_in(told, task); !id.empty())
    id_ = id;
  if (const auto context = text_in(told, "contextId"); !context.empty())
    context_ = context;
}

/// A snapshot is the truth about artifacts: what it has is complete if the task is
/// over.
void remote_task::take_task(const json& task, step& out) {
  for (const auto& message : member(task, "history"))
    take_message(message, out);
  for (const auto& each : member(task, "artifacts"))
    take_artifact(each, false, false, out);
  take_status(member(task, "status"), out);
}

void remote_task::take_status(const json& status, step& out) {
  if (const auto now = state_of(text_in(status, "state")); now != task_state::unknown)
    state_ = now;
  const auto& message = member(status, "message");
  status_message_ = text_in(message, "messageId");
  status_parts_ = parts_of(message);
  if (message.is_object())
    take_message(message, out);
}

void remote_task::take_message(const json& message, step& out) {
  if (is_ours(message) || !is_new(text_in(message, "messageId")))
    return;
  const auto parts = parts_of(message);
  json data = json::object();
  show_parts(data, parts);
  if (const auto id = text_in(message, "messageId"); !id.empty())
    data["message_id"] = id;
  last_words_ = words_of(parts);
  tell(out, event_type::agent_message, data);
}

bool remote_task::is_new(std::string_view id) {
  if (id.empty())
    return true;
  if (std::ranges::find(heard_, id) != heard_.end())
    return false;
  heard_.emplace_back(id);
  if (heard_.size() > heard_max)
    heard_.pop_front();
  return true;
}

remote_task::artifact* remote_task::find_or_add(const json& given, step& out) {
  const auto id = text_in(given, "artifactId");
  const auto found = std::ranges::find(artifacts_, id, &artifact::id);
  if (found != artifacts_.end())
    return &*found;
  if (artifacts_.size() == artifacts_max) {
    if (!std::exchange(truncated_, true))
      warn(out, "artifacts_dropped", {{"message", "more than 256 in one task"}});
    return nullptr;
  }
  artifacts_.push_back(
    {.id = std::string(id),
     .name = std::string(text_in(given, "name")),
     .description = std::string(text_in(given, "description"))});
  return &artifacts_.back();
}

bool remote_task::fits(artifact& each, std::size_t bytes, step& out) {
  const auto all = artifact_bytes_ - each.bytes + bytes;
  if (all > artifact_bytes_max) {
    if (!std::exchange(truncated_, true))
      warn(out, "artifacts_dropped", {{"message", "more than 16 MiB in one task"}});
    return false;
  }
  artifact_bytes_ = all;
  each.bytes = bytes;
  return true;
}

void remote_task::take_artifact(const json& given, bool append, bool last, step& out) {
  const auto parts = parts_of(given);
  auto* each = find_or_add(given, out);
  if (!each || (!append && each->told && each->parts == parts))
    return;
  const auto size = print_json(parts).size();
  if (!fits(*each, append ? each->bytes + size : size, out))
    return;
  if (append)
    append_parts(each->parts, parts);
  else
    each->parts = parts;
  each->told = false;
  if (last)
    tell_artifact(*each, out);
}

void remote_task::tell_artifact(artifact& each, step& out) {
  each.told = true;
  json data{{"artifact_id", each.id}};
  if (!each.name.empty())
    data["name"] = each.name;
  if (!each.description.empty())
    data["description"] = each.description;
  show_parts(data, each.parts);
  tell(out, event_type::artifact_added, data);
}

run_result remote_task::result() const {
  run_result made;
  std::string words;
  for (const auto& each : artifacts_) {
    if (const auto more = words_of(each.parts); !more.empty())
      words.append(words.empty() ? "" : "\n\n").append(more);
    for (const auto& part : each.parts)
      if (const auto& data = member(part, "data");
          data.is_object() && !made.structured_output)
        made.structured_output = raw_json{print_json(data)};
  }
  if (words.empty())
    words = status_words();
  made.final_response = words.empty() ? last_words_ : words;
  return made;
}

} // namespace troupe::agents::a2a
