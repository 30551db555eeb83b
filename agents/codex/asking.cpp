#include "agents/codex/asking.hpp"

#include "agents/codex/command_text.hpp"
#include "agents/codex/items.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace troupe::agents::codex {

namespace {

using form = asked::form;

struct subject {
  std::string tool;
  std::string detail;
  bool is_clear = true; ///< Whether a pattern that allows may settle it.
};

std::optional<form> form_of(std::string_view method, const json& params) {
  if (method == "item/commandExecution/requestApproval")
    return form::command;
  if (method == "item/fileChange/requestApproval")
    return form::file_change;
  if (method == "item/permissions/requestApproval")
    return form::permissions;
  if (method == "item/tool/requestUserInput")
    return form::user_input;
  if (method != "mcpServer/elicitation/request")
    return {};
  const bool is_call =
    text_in(member(params, "_meta"), "codex_approval_kind") == "mcp_tool_call";
  return is_call ? form::mcp_tool : form::elicitation;
}

/// A command, the input of one that runs, or a host that one wants to reach.
subject command_subject(const json& params) {
  if (const auto host = text_in(member(params, "networkApprovalContext"), "host");
      !host.empty())
    return {"Network", std::string(host)};
  const auto command = text_in(params, "command");
  const auto script = script_in(command);
  const auto kind = text_in(params, "kind");
  const bool is_clear = script && (kind.empty() || kind == "command");
  return {"Bash", script.value_or(std::string(command)), is_clear};
}

std::vector<subject> change_subjects(const json& item) {
  std::vector<subject> all;
  for (const auto& change : member(item, "changes")) {
    const auto& kind = member(change, "kind");
    const bool is_new = text_in(kind, "type") == "add";
    all.push_back({is_new ? "Write" : "Edit", std::string(text_in(change, "path"))});
    if (const auto to = text_in(kind, "move_path"); !to.empty())
      all.push_back({"Write", std::string(to)});
  }
  return all;
}

subject mcp_subject(const json& params) {
  const auto& meta = member(params, "_meta");
  return {
    mcp_tool(text_in(params, "serverName"), text_in(meta, "tool_name")),
    print_json(member(meta, "tool_params"))};
}

std::vector<subject> subjects_of(const asked& what) {
  switch (what.kind) {
  case form::command:
    return {command_subject(what.params)};
  case form::file_change:
    return change_subjects(what.item);
  case form::mcp_tool:
    return {mcp_subject(what.params)};
  case form::permissions:
    return {{"Permissions", print_json(member(what.params, "permissions"))}};
  case form::elicitation:
  case form::user_input:
    break;
  }
  return {};
}

json input_of(const asked& what) {
  const auto& params = what.params;
  switch (what.kind) {
  case form::command:
    return {
      {"command", shown_command(text_in(params, "command"))},
      {"cwd", member(params, "cwd")}};
  case form::file_change:
    return {{"changes", member(what.item, "changes")}};
  case form::mcp_tool:
    return member(member(params, "_meta"), "tool_params");
  case form::permissions:
    return member(params, "permissions");
  case form::elicitation:
    return {
      {"server", member(params, "serverName")},
      {"schema", member(params, "requestedSchema")},
      {"url", member(params, "url")}};
  case form::user_input:
    return {{"questions", member(params, "questions")}};
  }
  return {};
}

std::string question_in(const asked& what) {
  if (what.kind == form::elicitation)
    return std::string(text_in(what.params, "message"));
  const auto& questions = member(what.params, "questions");
  return questions.is_array() && !questions.empty()
           ? std::string(text_in(questions.front(), "question"))
           : std::string();
}

std::string title_of(const std::vector<subject>& about) {
  if (about.empty())
    return "apply_patch";
  auto title = about.front().tool + ": " + about.front().detail;
  if (about.size() > 1)
    title += " and " + std::to_string(about.size() - 1) + " more";
  return title;
}

std::string id_of(const asked& what) {
  auto place = text_in(what.params, "turnId");
  if (place.empty())
    place = text_in(what.params, "threadId");
  return std::string(place) + "/" + print_json(what.id);
}

std::optional<json> data_in(const request_answer& given) {
  if (given.updated_input)
    if (auto data = parse_json(given.updated_input->text); data && data->is_object())
      return std::move(*data);
  if (auto data = parse_json(given.message.value_or("")); data && data->is_object())
    return std::move(*data);
  return {};
}

/// Words as the type that a field of a form has.
json typed(const json& field, const std::string& words) {
  const auto type = text_in(field, "type");
  if (type == "string" || type.empty())
    return words;
  const auto value = parse_json(words);
  return value ? *value : json(words);
}

std::optional<json> form_content(const json& params, const request_answer& given) {
  if (auto data = data_in(given))
    return data;
  const auto& fields = member(member(params, "requestedSchema"), "properties");
  if (!fields.is_object() || fields.empty())
    return json::object();
  if (fields.size() > 1)
    return {};
  const auto only = fields.items().begin();
  json content;
  content[only.key()] = typed(only.value(), given.message.value_or(""));
  return content;
}

json answers_to(const json& questions, const request_answer& given) {
  const auto data = data_in(given).value_or(json::object());
  json answers = json::object();
  for (const auto& each : questions) {
    const auto id = std::string(text_in(each, "id"));
    const auto words = data.contains(id) && data[id].is_string()
                         ? data[id].get<std::string>()
                         : given.message.value_or("");
    answers[id] = {{"answers", json::array({words})}};
  }
  return {{"answers", answers}};
}

} // namespace

std::optional<asked> read_request(const json& line, const items& told) {
  const auto& params = member(line, "params");
  const auto kind = form_of(text_in(line, "method"), params);
  if (!kind)
    return {};
  return asked{*kind, member(line, "id"), params, told.open(text_in(params, "itemId"))};
}

bool is_question(const asked& what) {
  return what.kind == form::elicitation || what.kind == form::user_input;
}

verdict settled(const permission_policy& policy, const asked& what) {
  const auto about = subjects_of(what);
  bool all = !about.empty();
  for (const auto& each : about) {
    const auto said = decide(policy, each.tool, each.detail);
    if (said == verdict::deny)
      return verdict::deny;
    all = all && said == verdict::allow && each.is_clear;
  }
  return all ? verdict::allow : verdict::ask;
}

pending_request shown(const asked& what) {
  constexpr std::size_t title_max = 160;
  const bool question = is_question(what);
  const auto about = subjects_of(what);
  json detail{{"input", input_of(what)}};
  if (!about.empty())
    detail["tool"] = about.front().tool;
  if (const auto why = text_in(what.params, "reason"); !why.empty())
    detail["description"] = why;
  pending_request request{
    .request_id = id_of(what),
    .title = question ? question_in(what) : title_of(about),
    .detail = {print_json(detail)},
    .options = {"allow", "deny", "allow_always"}};
  if (question) {
    request.kind = "question";
    request.options = {"answer", "deny"};
  }
  request.title = one_line(request.title, title_max);
  return request;
}

json permit(const asked& what, bool always) {
  switch (what.kind) {
  case form::command:
  case form::file_change:
    return {{"decision", always ? "acceptForSession" : "accept"}};
  case form::permissions:
    return {
      {"permissions", member(what.params, "permissions")},
      {"scope", always ? "session" : "turn"}};
  case form::mcp_tool:
  case form::elicitation:
  case form::user_input:
    break;
  }
  json meta;
  if (always)
    meta["persist"] = "session";
  return {{"action", "accept"}, {"content", nullptr}, {"_meta", meta}};
}

json denial(const asked& what) {
  switch (what.kind) {
  case form::command:
  case form::file_change:
    return {{"decision", "decline"}};
  case form::permissions:
    return {{"permissions", json::object()}};
  case form::user_input:
    return {{"answers", json::object()}};
  case form::mcp_tool:
  case form::elicitation:
    break;
  }
  return {{"action", "decline"}, {"content", nullptr}, {"_meta", nullptr}};
}

std::optional<json> answered(const asked& what, const request_answer& given) {
  if (what.kind == form::user_input)
    return answers_to(member(what.params, "questions"), given);
  auto content = form_content(what.params, given);
  if (!content)
    return {};
  return json{
    {"action", "accept"}, {"content", std::move(*content)}, {"_meta", nullptr}};
}

} // namespace troupe::agents::codex
