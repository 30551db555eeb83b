#include "codex/host_lines.hpp"

#include "agents/agent_line.hpp"
#include "protocol/messages.hpp"

#include <array>
#include <utility>

namespace troupe::agents::codex {

namespace {

constexpr auto settings = std::to_array<std::pair<const char*, const char*>>(
  {{"approvalPolicy", "approval_policy"}, {"model", "model"}, {"sandbox", "sandbox"}});

void configure(attempt_plan& plan, const char* name, const json& value) {
  auto config = parse_json(plan.backend_config.text).value_or(json::object());
  config[name] = value;
  plan.backend_config = {print_json(config)};
}

void read_thread(const json& params, attempt_plan& plan) {
  for (const auto& [theirs, ours] : settings)
    if (params.contains(theirs))
      configure(plan, ours, params[theirs]);
  if (const auto id = text_in(params, "threadId"); !id.empty()) {
    plan.session = std::string(id);
    plan.resume = true;
  }
}

agent_input saying(input_kind kind, const json& params) {
  const json body{{"text", text_in(member(params, "input").at(0), "text")}};
  return {.kind = kind, .body = {print_json(body)}};
}

agent_input answering(const json& result) {
  const auto& content = member(result, "content");
  const auto decision = text_in(result, "decision");
  const bool always = decision == "acceptForSession" ||
                      !text_in(member(result, "_meta"), "persist").empty();
  const bool allows = decision == "accept" || text_in(result, "action") == "accept";
  request_answer given{.decision = always ? "allow_always" : allows ? "allow" : "deny"};
  if (content.is_object()) {
    given.decision = "answer";
    given.updated_input = raw_json{print_json(content)};
  }
  return {.kind = input_kind::answer, .body = {encode_text(given)}};
}

} // namespace

std::optional<agent_input> read_host_line(const std::string& text, attempt_plan& plan) {
  const auto line = read_object(text);
  if (!line)
    return {};
  const auto method = text_in(*line, "method");
  const auto& params = member(*line, "params");
  if (method == "thread/start" || method == "thread/resume")
    read_thread(params, plan);
  if (method == "turn/start" && params.contains("outputSchema"))
    plan.output_schema = raw_json{print_json(params["outputSchema"])};
  if (method == "turn/start")
    return saying(input_kind::turn, params);
  if (method == "turn/steer")
    return saying(input_kind::nudge, params);
  if (method == "turn/interrupt")
    return agent_input{.kind = input_kind::interrupt};
  if (method.empty())
    return answering(member(*line, "result"));
  return {};
}

} // namespace troupe::agents::codex
