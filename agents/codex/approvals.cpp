#include "agents/codex/approvals.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents::codex {

namespace {

void respond(const json& id, json result, step& out) {
  out.lines.push_back(print_json({{"id", id}, {"result", std::move(result)}}));
}

void refuse(const json& id, const std::string& why, step& out) {
  constexpr int method_not_found = -32601;
  out.lines.push_back(print_json(
    {{"id", id}, {"error", {{"code", method_not_found}, {"message", why}}}}));
}

bool allows(const request_answer& given) {
  return given.decision == "allow" || given.decision == "allow_always";
}

/// The call cannot be changed, only denied in favour of another.
std::string said_beside(const request_answer& given) {
  if (given.updated_input)
    return "Do not do it as asked; use this input instead: " +
           given.updated_input->text;
  return given.message.value_or("");
}

} // namespace

void approvals::request(const json& line, const items& told, step& out) {
  auto what = read_request(line, told);
  if (!what) {
    const auto method = std::string(text_in(line, "method"));
    refuse(member(line, "id"), "this host does not take " + method + " requests", out);
    return warn(out, "request_refused", {{"method", method}});
  }
  const auto said = settled(policy_, *what);
  if (said == verdict::deny) {
    respond(what->id, denial(*what), out);
    return tell_answer(shown(*what), {.decision = "deny"}, "policy", out);
  }
  if (said == verdict::allow) {
    respond(what->id, permit(*what, false), out);
    return tell_answer(shown(*what), {.decision = "allow"}, "policy", out);
  }
  wait(std::move(*what), out);
}

void approvals::wait(asked what, step& out) {
  auto request = shown(what);
  const auto data = encode(request);
  const auto id = request.request_id;
  if (!waiting_.add(std::move(request))) {
    respond(what.id, denial(what), out);
    return warn(out, "request_refused", {{"message", "too many requests wait"}});
  }
  asked_.insert_or_assign(id, std::move(what));
  tell(out, event_type::input_required, data);
}

void approvals::resolved(const json& params, step& out) {
  const auto& id = member(params, "requestId");
  const auto found = std::ranges::find_if(
    asked_, [&](const auto& each) { return each.second.id == id; });
  if (found == asked_.end())
    return;
  const auto name = found->first;
  tell_withdrawn(*waiting_.find({.request_id = name}), "the agent took it back", out);
  forget(name);
}

std::string approvals::answer(const request_answer& given, step& out) {
  const auto* request = waiting_.find(given);
  if (!request)
    return {};
  const auto id = request->request_id;
  const auto& what = asked_[id];
  auto done = given;
  respond(what.id, decided(what, given, done, out), out);
  tell_answer(*request, done, "user", out);
  const bool denied = done.decision == "deny" && !is_question(what);
  forget(id);
  return denied ? said_beside(given) : std::string();
}

json approvals::decided(
  const asked& what, const request_answer& given, request_answer& done, step& out) {
  if (is_question(what) && given.decision != "deny") {
    if (auto result = answered(what, given)) {
      done.decision = "answer";
      return std::move(*result);
    }
    warn(
      out,
      "answer_unfit",
      {{"message", "the form has several fields; answer with updated_input"}});
  } else if (allows(given) && !given.updated_input) {
    return permit(what, given.decision == "allow_always");
  }
  done.decision = "deny";
  return denial(what);
}

void approvals::clear() {
  waiting_.clear();
  asked_.clear();
}

void approvals::forget(const std::string& id) {
  waiting_.remove(id);
  asked_.erase(id);
}

} // namespace troupe::agents::codex
