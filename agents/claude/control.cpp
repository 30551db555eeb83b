#include "agents/claude/control.hpp"

#include "agents/claude/messages.hpp"
#include "agents/permission.hpp"

namespace troupe::agents::claude {

namespace {

constexpr std::string_view question_tool = "AskUserQuestion";

void respond(std::string_view id, json response, step& out) {
  out.lines.push_back(print_json(
    {{"type", "control_response"},
     {"response",
      {{"subtype", "success"},
       {"request_id", id},
       {"response", std::move(response)}}}}));
}

void refuse(std::string_view id, const std::string& why, step& out) {
  out.lines.push_back(print_json(
    {{"type", "control_response"},
     {"response", {{"subtype", "error"}, {"request_id", id}, {"error", why}}}}));
}

json denial(std::string_view message) {
  return {{"behavior", "deny"}, {"message", message}};
}

/// The suggested rules that allow, for this session only: an answer to one run does not
/// change what other sessions in the same directory may do. Modes are never changed.
json rules_in(const json& suggestions) {
  json rules = json::array();
  for (const auto& suggestion : suggestions) {
    if (
      text_in(suggestion, "type") != "addRules" ||
      text_in(suggestion, "behavior") != "allow")
      continue;
    rules.push_back(suggestion);
    rules.back()["destination"] = "session";
  }
  return rules;
}

/// An answer in words goes to every question; one line for each if they are as many.
json answers_to(const json& questions, std::string_view words) {
  std::vector<std::string_view> lines;
  for (auto rest = words; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  json answers = json::object();
  const bool each = questions.size() > 1 && lines.size() == questions.size();
  for (std::size_t i = 0; i < questions.size(); ++i)
    if (const auto question = text_in(questions[i], "question"); !question.empty())
      answers[std::string(question)] = each ? lines[i] : words;
  return answers;
}

json answered_input(const json& input, const request_answer& given) {
  auto updated = input.is_object() ? input : json::object();
  if (given.updated_input)
    if (const auto changes = parse_json(given.updated_input->text);
        changes && changes->is_object())
      updated.update(*changes);
  const auto& questions = member(input, "questions");
  if (!updated.contains("answers") && questions.is_array())
    updated["answers"] = answers_to(questions, given.message.value_or(""));
  return updated;
}

json permitted_input(const json& input, const request_answer& given) {
  if (given.updated_input)
    if (auto changed = parse_json(given.updated_input->text);
        changed && changed->is_object())
      return std::move(*changed);
  return input.is_object() ? input : json::object();
}

pending_request
request_to_show(const std::string& id, const json& request, const json& input) {
  constexpr std::size_t title_max = 160;
  const auto tool = text_in(request, "tool_name");
  const auto& questions = member(input, "questions");
  json detail{{"tool", tool}, {"input", input}};
  if (const auto why = text_in(request, "description"); !why.empty())
    detail["description"] = why;
  if (const auto& rules = member(request, "permission_suggestions"); rules.is_array())
    detail["suggestions"] = rules;
  pending_request shown{
    .request_id = id,
    .title = std::string(tool) + ": " + subject_of(tool, input),
    .detail = {print_json(detail)},
    .options = {"allow", "deny", "allow_always"}};
  if (tool == "ExitPlanMode")
    shown.title = "Carry out the plan? " + std::string(text_in(input, "plan"));
  if (tool == question_tool) {
    shown.kind = "question";
    shown.options = {"answer", "deny"};
    if (questions.is_array() && !questions.empty())
      shown.title = text_in(questions.front(), "question");
  }
  shown.title = one_line(shown.title, title_max);
  return shown;
}

} // namespace

void control::request(const json& line, const messages& said, step& out) {
  const auto subtype = text_in(member(line, "request"), "subtype");
  if (subtype == "can_use_tool")
    return permission(line, said, out);
  refuse(
    text_in(line, "request_id"),
    "this host does not take " + std::string(subtype) + " requests",
    out);
  warn(out, "control_request_refused", {{"subtype", subtype}});
}

void control::permission(const json& line, const messages& said, step& out) {
  const auto& request = member(line, "request");
  const auto id = std::string(text_in(line, "request_id"));
  const auto tool = std::string(text_in(request, "tool_name"));
  const auto& given = member(request, "input");
  const auto& started = said.input_of(text_in(request, "tool_use_id"));
  const auto& input = given.empty() && started.is_object() ? started : given;
  const auto settled = decide(policy_, tool, subject_of(tool, input));
  auto shown = request_to_show(id, request, input);
  if (settled == verdict::deny) {
    respond(id, denial("Denied by the permissions of this run."), out);
    return tell_answer(shown, {.decision = "deny"}, "policy", out);
  }
  if (settled == verdict::allow && tool != question_tool) {
    respond(
      id, {{"behavior", "allow"}, {"updatedInput", permitted_input(given, {})}}, out);
    return tell_answer(shown, {.decision = "allow"}, "policy", out);
  }
  wait(
    id,
    std::move(shown),
    {tool, given, member(request, "permission_suggestions")},
    out);
}

void control::wait(
  const std::string& id, pending_request request, asked what, step& out) {
  const auto data = encode(request);
  if (!waiting_.add(std::move(request))) {
    respond(id, denial("Too many requests wait for an answer."), out);
    return warn(out, "request_refused", {{"message", "too many requests wait"}});
  }
  asked_[id] = std::move(what);
  tell(out, event_type::input_required, data);
}

void control::cancel(const json& line, step& out) {
  const auto id = std::string(text_in(line, "request_id"));
  if (!asked_.contains(id))
    return;
  tell_withdrawn(*waiting_.find({.request_id = id}), "the agent took it back", out);
  forget(id);
}

void control::response(const json& line, step& out) {
  const auto& response = member(line, "response");
  if (text_in(response, "subtype") == "error")
    warn(
      out,
      "control_error",
      {{"request_id", member(response, "request_id")},
       {"message", text_in(response, "error")}});
}

void control::answer(const request_answer& given, step& out) {
  const auto* request = waiting_.find(given);
  if (!request)
    return;
  const auto id = request->request_id;
  const auto& what = asked_[id];
  const bool question = what.tool == question_tool;
  const bool always = given.decision == "allow_always";
  json response;
  auto done = given;
  if (question && given.decision != "deny") {
    done.decision = "answer";
    response = {
      {"behavior", "allow"}, {"updatedInput", answered_input(what.input, given)}};
  } else if (always || given.decision == "allow") {
    response = {
      {"behavior", "allow"}, {"updatedInput", permitted_input(what.input, given)}};
    if (auto rules = rules_in(what.suggestions); always && !rules.empty())
      response["updatedPermissions"] = std::move(rules);
  } else {
    done.decision = "deny";
    response = denial(given.message.value_or("Denied by the user."));
  }
  respond(id, std::move(response), out);
  tell_answer(*request, done, "user", out);
  forget(id);
}

void control::interrupt(step& out) {
  out.lines.push_back(print_json(
    {{"type", "control_request"},
     {"request_id", "i" + std::to_string(++interrupts_)},
     {"request", {{"subtype", "interrupt"}}}}));
}

void control::clear() {
  waiting_.clear();
  asked_.clear();
}

void control::forget(const std::string& id) {
  waiting_.remove(id);
  asked_.erase(id);
}

} // namespace troupe::agents::claude
