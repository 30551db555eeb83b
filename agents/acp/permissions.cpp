#include "agents/acp/permissions.hpp"

#include "agents/acp/rpc.hpp"
#include "agents/permission.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents::acp {

namespace {

struct decision_kind {
  std::string_view decision;
  std::string_view kind;
};

constexpr auto decisions = std::to_array<decision_kind>({
  {"allow", "allow_once"},
  {"allow_always", "allow_always"},
  {"deny", "reject_once"},
  {"deny_always", "reject_always"},
});

const json*
find_option(const json& options, std::string_view name, std::string_view is) {
  for (const auto& option : options)
    if (!is.empty() && text_in(option, name) == is)
      return &option;
  return nullptr;
}

const json* rejecting(const json& options) {
  const auto* once = find_option(options, "kind", "reject_once");
  return once ? once : find_option(options, "kind", "reject_always");
}

/// What a decision stands for; nullptr: nothing does.
const json* option_for(const json& options, const request_answer& given) {
  if (given.updated_input)
    return nullptr;
  if (const auto* named = find_option(options, "optionId", given.decision))
    return named;
  if (given.decision == "answer") {
    const auto words = given.message.value_or("");
    const auto* named = find_option(options, "optionId", words);
    return named ? named : find_option(options, "name", words);
  }
  const auto found =
    std::ranges::find(decisions, given.decision, &decision_kind::decision);
  return found == decisions.end() ? nullptr : find_option(options, "kind", found->kind);
}

bool allows(const json* option) {
  return option && text_in(*option, "kind").starts_with("allow");
}

std::string key_of(const json& id) {
  return id.is_string() ? id.get<std::string>() : print_json(id);
}

verdict verdict_of(
  const permission_policy& policy, const tool_call& call, const tool_subject& about) {
  const auto tool = tool_of(call);
  const auto by_kind = tool_of_kind(call.kind);
  bool allowed = !about.words.empty();
  for (const auto& words : about.words) {
    const auto by_name = decide(policy, tool, words);
    if (
      by_name == verdict::deny ||
      (!by_kind.empty() && decide(policy, by_kind, words) == verdict::deny))
      return verdict::deny;
    allowed = allowed && by_name == verdict::allow;
  }
  constexpr std::string_view unknown = "\n";
  if (!about.exact && allowed)
    allowed = decide(policy, tool, unknown) == verdict::allow;
  return allowed ? verdict::allow : verdict::ask;
}

json shown_options(const json& options) {
  json shown = json::array();
  for (const auto& option : options)
    shown.push_back(
      {{"option_id", text_in(option, "optionId")},
       {"name", text_in(option, "name")},
       {"kind", text_in(option, "kind")}});
  return shown;
}

/// The words that stand for something, then whatever else there is, by its id.
std::vector<std::string> words_for(const json& options) {
  std::vector<std::string> words;
  for (const auto& [decision, kind] : decisions)
    if (find_option(options, "kind", kind))
      words.emplace_back(decision);
  if (!rejecting(options))
    words.emplace_back("deny");
  for (const auto& option : options) {
    const auto kind = text_in(option, "kind");
    const auto id = text_in(option, "optionId");
    if (find_option(options, "kind", kind) != &option && !id.empty())
      words.emplace_back(id);
  }
  return words;
}

pending_request request_to_show(
  const std::string& key,
  const json& params,
  const tool_call& call,
  const tool_subject& about) {
  constexpr std::size_t title_max = 160;
  const auto tool = tool_of(call);
  const auto& options = member(params, "options");
  json detail{
    {"tool", tool}, {"input", call.input}, {"options", shown_options(options)}};
  const auto add = [&](const char* name, std::string_view text) {
    if (!text.empty())
      detail[name] = text;
  };
  add("title", call.title);
  add("kind", call.kind);
  add("content", call.text);
  add("description", text_in(params, "description"));
  const auto subject = about.words.empty() ? call.title : about.words.front();
  return {
    .request_id = key,
    .title = one_line(tool + ": " + subject, title_max),
    .detail = {print_json(detail)},
    .options = words_for(options)};
}

/// Version 1 has the call at hand, version 2 below a subject, which may be a command.
json call_in(const json& params) {
  if (const auto& call = member(params, "toolCall"); call.is_object())
    return call;
  const auto& subject = member(params, "subject");
  if (const auto& call = member(subject, "toolCall"); call.is_object())
    return call;
  json call{{"toolCallId", member(subject, "toolCallId")}};
  call["title"] = text_in(params, "title");
  if (const auto command = text_in(subject, "command"); !command.empty()) {
    call["kind"] = "execute";
    call["rawInput"] = {{"command", command}};
  }
  return call;
}

} // namespace

void permissions::request(
  const json& id, const json& params, tool_calls& calls, step& out) {
  const auto key = key_of(id);
  asked what{id, member(params, "options")};
  if (!what.options.is_array())
    what.options = json::array();
  if (asked_.contains(key))
    return rpc::refuse(id, code::internal_error, "this id waits for an answer", out);
  const auto& call = calls.asked_about(call_in(params), out);
  const auto about = subject_of(call);
  auto shown = request_to_show(key, params, call, about);
  const auto verdict = verdict_of(policy_, call, about);
  const auto* once = find_option(what.options, "kind", "allow_once");
  if (verdict == verdict::deny || (verdict == verdict::allow && once)) {
    const bool allow = verdict == verdict::allow;
    settle(what, allow ? once : rejecting(what.options), out);
    return tell_answer(shown, {.decision = allow ? "allow" : "deny"}, "policy", out);
  }
  const auto data = encode(shown);
  if (!waiting_.add(std::move(shown))) {
    settle(what, rejecting(what.options), out);
    return warn(out, "request_refused", {{"message", "too many requests wait"}});
  }
  asked_.emplace(key, std::move(what));
  tell(out, event_type::input_required, data);
}

void permissions::answer(const request_answer& given, step& out) {
  const auto* request = waiting_.find(given);
  if (!request)
    return;
  const auto key = request->request_id;
  const auto& what = asked_[key];
  auto done = given;
  const auto* option = option_for(what.options, given);
  if (!option) {
    option = rejecting(what.options);
    done.decision = "deny";
  }
  if (given.updated_input)
    warn(
      out,
      "updated_input_refused",
      {{"message", "this protocol cannot change a tool's input; it was denied"}});
  settle(what, option, out);
  tell_answer(*request, done, "user", out);
  asked_.erase(key);
  waiting_.remove(key);
}

void permissions::withdraw(const json& id, step& out) {
  const auto key = key_of(id);
  if (asked_.erase(key) == 0)
    return;
  rpc::refuse(id, code::request_cancelled, "withdrawn", out);
  tell_withdrawn(*waiting_.find({.request_id = key}), "the agent took it back", out);
  waiting_.remove(key);
}

void permissions::cancel_all(std::string_view why, step& out) {
  for (const auto& [key, what] : asked_)
    rpc::answer(what.id, {{"outcome", {{"outcome", "cancelled"}}}}, out);
  forget_all(why, out);
}

void permissions::forget_all(std::string_view why, step& out) {
  tell_withdrawn(waiting_, why, out);
  waiting_.clear();
  asked_.clear();
}

bool permissions::denies(std::string_view tool, std::string_view subject) const {
  return decide(policy_, tool, subject) == verdict::deny;
}

void permissions::settle(const asked& what, const json* option, step& out) {
  denied_ = denied_ || !allows(option);
  json outcome{{"outcome", option ? "selected" : "cancelled"}};
  if (option)
    outcome["optionId"] = text_in(*option, "optionId");
  rpc::answer(what.id, {{"outcome", std::move(outcome)}}, out);
}

} // namespace troupe::agents::acp
