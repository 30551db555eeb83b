#include "a2a/run_task.hpp"

#include <algorithm>
#include <array>

namespace troupe::a2a {

namespace {

struct named_status {
  std::string_view status;
  std::string_view v1;
  std::string_view v03;
};

constexpr auto statuses = std::to_array<named_status>({
  {"auth_required", "TASK_STATE_AUTH_REQUIRED", "auth-required"},
  {"cancelled", "TASK_STATE_CANCELED", "canceled"},
  {"completed", "TASK_STATE_COMPLETED", "completed"},
  {"failed", "TASK_STATE_FAILED", "failed"},
  {"input_required", "TASK_STATE_INPUT_REQUIRED", "input-required"},
  {"queued", "TASK_STATE_SUBMITTED", "submitted"},
  {"rejected", "TASK_STATE_REJECTED", "rejected"},
  {"running", "TASK_STATE_WORKING", "working"},
});

json part(dialect as, const char* kind, json value) {
  json made = json::object();
  if (as == dialect::v03)
    made["kind"] = kind;
  made[kind] = std::move(value);
  return made;
}

std::string_view state_of(std::string_view status, dialect as) {
  const auto found = std::ranges::find(statuses, status, &named_status::status);
  if (found == statuses.end())
    return state_of("running", as);
  return as == dialect::v1 ? found->v1 : found->v03;
}

/// What a run is known by in both: its task is itself, its context its conversation.
struct place {
  std::string task;
  std::string context;
};

place place_of(const json& told) {
  return {text_of(told, "run_id"), text_of(told, "session_id")};
}

json message(const place& of, const std::string& id, json parts, dialect as) {
  json made = json::object();
  if (as == dialect::v03)
    made["kind"] = "message";
  made["messageId"] = of.task + "/" + id;
  made["contextId"] = of.context;
  made["taskId"] = of.task;
  made["role"] = as == dialect::v1 ? "ROLE_AGENT" : "agent";
  made["parts"] = std::move(parts);
  return made;
}

json status(
  std::string_view run_status, const std::string& at, const json& said, dialect as) {
  json made{{"state", state_of(run_status, as)}};
  if (said.is_object())
    made["message"] = said;
  if (!at.empty())
    made["timestamp"] = at;
  return made;
}

json question(const place& of, const json& request, dialect as) {
  return message(
    of,
    text_of(request, "request_id"),
    json::array(
      {part(as, "text", text_of(request, "title")),
       part(as, "data", {{"request", request}})}),
    as);
}

json words(
  const place& of, const std::string& id, const std::string& text, dialect as) {
  return message(of, id, json::array({part(as, "text", text)}), as);
}

json answer_artifact(const json& result, dialect as) {
  json parts = json::array();
  if (const auto text = text_of(result, "final_response"); !text.empty())
    parts.push_back(part(as, "text", text));
  if (result.contains("structured_output"))
    parts.push_back(part(as, "data", result["structured_output"]));
  return {{"artifactId", "answer"}, {"name", "answer"}, {"parts", parts}};
}

json wrapped(const char* name, const char* kind, json update, dialect as) {
  if (as == dialect::v1)
    return {{name, std::move(update)}};
  update["kind"] = kind;
  return update;
}

class follower {
public:
  follower(const json& event, dialect as)
    : of_(place_of(event)), at_(text_of(event, "ts")), as_(as),
      id_("e" + std::to_string(event.value("seq", 0))) {}

  void say(const std::string& text) {
    if (!text.empty())
      tell("running", words(of_, id_, text, as_));
  }

  void tell(std::string_view run_status, const json& said) {
    json update{{"taskId", of_.task}, {"contextId", of_.context}};
    update["status"] = status(run_status, at_, said, as_);
    if (as_ == dialect::v03)
      update["final"] = made_.last;
    made_.updates.push_back(
      wrapped("statusUpdate", "status-update", std::move(update), as_));
  }

  void end(std::string_view run_status, const json& said) {
    made_.last = true;
    tell(run_status, said);
  }

  void fail(std::string_view run_status, const std::string& text) {
    end(run_status, text.empty() ? json() : words(of_, id_, text, as_));
  }

  void ask(std::string_view run_status, const json& request) {
    end(run_status, question(of_, request, as_));
  }

  void attach(json artifact) {
    json update{{"taskId", of_.task}, {"contextId", of_.context}};
    update["artifact"] = std::move(artifact);
    update["lastChunk"] = true;
    made_.updates.push_back(
      wrapped("artifactUpdate", "artifact-update", std::move(update), as_));
  }

  followed take() { return std::move(made_); }

private:
  place of_;
  std::string at_;
  dialect as_;
  std::string id_;
  followed made_;
};

void copy_text(const json& from, const char* theirs, json& to, const char* ours) {
  if (auto text = text_of(from, theirs); !text.empty())
    to[ours] = std::move(text);
}

/// A file in either version; null if it is none.
json file_of(const json& part) {
  json made{{"type", "file"}};
  const auto inner = part.find("file");
  const bool old = inner != part.end() && inner->is_object();
  const auto& file = old ? *inner : part;
  copy_text(file, old ? "uri" : "url", made, "uri");
  copy_text(file, old ? "bytes" : "raw", made, "bytes_base64");
  if (made.size() == 1)
    return {};
  copy_text(file, old ? "mimeType" : "mediaType", made, "mime_type");
  copy_text(file, old ? "name" : "filename", made, "name");
  return made;
}

} // namespace

std::string text_of(const json& object, std::string_view name) {
  const auto& found = member(object, name);
  return found.is_string() ? found.get<std::string>() : "";
}

bool is_final_status(std::string_view status) {
  return status == "completed" || status == "failed" || status == "cancelled" ||
         status == "rejected";
}

json task_of(const json& view, dialect as) {
  const auto of = place_of(view);
  const auto run_status = text_of(view, "status");
  json task = json::object();
  if (as == dialect::v03)
    task["kind"] = "task";
  task["id"] = of.task;
  task["contextId"] = of.context;
  json said;
  const auto pending = view.value("pending", json::array());
  if (!pending.empty())
    said = question(of, pending.front(), as);
  else if (const auto error = text_of(view, "error"); !error.empty())
    said = words(of, "error", error, as);
  task["status"] = status(run_status, text_of(view, "updated_at"), said, as);
  if (run_status == "completed" && view.contains("result"))
    task["artifacts"] = json::array({answer_artifact(view["result"], as)});
  return task;
}

followed updates_of(const json& event, dialect as) {
  follower to(event, as);
  const auto type = text_of(event, "type");
  const auto data = event.value("data", json::object());
  if (type == "agent_message")
    to.say(text_of(data, "text"));
  else if (type == "input_required" || type == "auth_required")
    to.ask(type, data);
  else if (type == "run_completed")
    to.attach(answer_artifact(data, as));
  else if (type == "run_failed")
    to.fail("failed", text_of(data, "error"));
  else if (const auto now = text_of(data, "status");
           type == "status_changed" && is_final_status(now))
    to.fail(now, text_of(data, "cause"));
  else if (
    type == "status_changed" && now == "running" && text_of(data, "phase") == "working")
    to.tell(now, json());
  return to.take();
}

result<json> input_of(const json& message) {
  json parts = json::array();
  const auto given = message.is_object() ? message.value("parts", json()) : json();
  for (const auto& each : given) {
    if (!each.is_object())
      continue;
    if (const auto text = each.find("text"); text != each.end() && text->is_string())
      parts.push_back({{"type", "text"}, {"text", *text}});
    else if (each.contains("data") && each["data"].is_object()) {
      if (each["data"].contains("decision"))
        return json{
          {"role", "user"},
          {"parts", json::array({{{"type", "data"}, {"data", each["data"]}}})}};
      parts.push_back({{"type", "data"}, {"data", each["data"]}});
    } else {
      auto file = file_of(each);
      if (file.is_null())
        return fail(
          errc::invalid_argument,
          "message.parts: a part is text, data (an object), or a file with its url or "
          "its bytes");
      parts.push_back(std::move(file));
    }
  }
  if (parts.empty())
    return fail(errc::invalid_argument, "message.parts: at least one part is needed");
  return json{{"role", "user"}, {"parts", std::move(parts)}};
}

} // namespace troupe::a2a
