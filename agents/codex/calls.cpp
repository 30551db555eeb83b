#include "agents/codex/calls.hpp"

#include "agents/codex/settings.hpp"
#include "agents/pieces.hpp"

#include <utility>

namespace troupe::agents::codex {

namespace {

void send(std::string_view id, std::string_view method, json params, step& out) {
  out.lines.push_back(
    print_json({{"id", id}, {"method", method}, {"params", std::move(params)}}));
}

std::string numbered(std::string_view name, std::uint32_t n) {
  return std::string(name) + " " + std::to_string(n);
}

json text_input(const std::string& text) {
  return {{"type", "text"}, {"text", text}};
}

json image_input(const message_part& file) {
  return {
    {"type", "image"},
    {"url", "data:" + file.mime_type.value_or("") + ";base64," + *file.bytes_base64}};
}

json turn_input(const agent_message& said) {
  json input = json::array();
  for (const auto& each : pieces_of(said, has_bytes))
    input.push_back(each.file ? image_input(*each.file) : text_input(each.text));
  return input;
}

} // namespace

calls::calls(const attempt_plan& plan)
  : thread_params_(thread_params(plan)), schema_(output_schema(plan)),
    resumes_(plan.resume && plan.session) {}

void calls::greet(step& out) {
  send(
    "initialize",
    "initialize",
    {{"clientInfo", {{"name", "troupe"}, {"title", "Troupe"}, {"version", "0.1.0"}}},
     {"capabilities", {{"experimentalApi", true}}}},
    out);
}

void calls::open(step& out) const {
  out.lines.push_back(print_json({{"method", "initialized"}}));
  send("thread", resumes_ ? "thread/resume" : "thread/start", thread_params_, out);
}

void calls::opened(const json& result) {
  thread_ = text_in(member(result, "thread"), "id");
}

void calls::turn(const agent_message& said, step& out) {
  json params{{"threadId", thread_}, {"input", turn_input(said)}};
  if (!schema_.is_null())
    params["outputSchema"] = schema_;
  send(numbered("turn", ++turns_), "turn/start", std::move(params), out);
}

bool calls::is_turn(std::string_view id) const {
  return turns_ > 0 && id == numbered("turn", turns_);
}

void calls::steer(const std::string& turn, const std::string& text, step& out) {
  send(
    numbered("steer", ++steers_),
    "turn/steer",
    {{"threadId", thread_},
     {"expectedTurnId", turn},
     {"input", json::array({text_input(text)})}},
    out);
}

bool calls::is_steer(std::string_view id) {
  return id.starts_with("steer ");
}

void calls::interrupt(const std::string& turn, step& out) {
  send(
    numbered("interrupt", ++interrupts_),
    "turn/interrupt",
    {{"threadId", thread_}, {"turnId", turn}},
    out);
}

void calls::clean(step& out) {
  send(
    numbered("clean", ++cleanings_),
    "thread/backgroundTerminals/clean",
    {{"threadId", thread_}},
    out);
}

} // namespace troupe::agents::codex
