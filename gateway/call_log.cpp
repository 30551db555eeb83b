#include "gateway/call_log.hpp"

#include "protocol/audit.hpp"

#include <spdlog/logger.h>

#include <algorithm>
#include <cctype>

namespace troupe::mcp {

namespace {

constexpr std::size_t text_bytes_max = 2000;
constexpr std::size_t parsed_bytes_max = 4 * 1024;

bool speaks_of_secrets(std::string key) {
  std::ranges::transform(key, key.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  static constexpr std::array<std::string_view, 6> words{
    "token", "secret", "password", "key", "authorization", "credential"};
  if (key.ends_with("_tokens"))
    return false;
  return std::ranges::any_of(
    words, [&](auto word) { return key.find(word) != std::string::npos; });
}

json hidden(const json& value) {
  if (!value.is_structured())
    return "***";
  json out = value;
  for (auto& member : out)
    member = hidden(member);
  return out;
}

std::string shown(const std::string& text) {
  return one_line(text, text_bytes_max);
}

/// A long answer, a page of runs or events most of the time, is not worth reading it
/// through for the 2000 bytes of it that a log has room for.
std::string shown_output(const std::string& output) {
  if (output.size() > parsed_bytes_max)
    return "(" + std::to_string(output.size()) + " bytes)";
  const auto parsed = parse_json(output);
  return shown(parsed ? print_json(masked(*parsed)) : output);
}

struct particulars_of {
  json operator()(const tool_call& c) const { return c.arguments; }
  json operator()(const resource_list& l) const {
    return l.cursor ? json{{"cursor", *l.cursor}} : json::object();
  }
  json operator()(const resource_read& r) const { return {{"uri", r.uri}}; }
  json operator()(const resource_watch& w) const { return {{"uris", w.uris}}; }
  json operator()(const prompt_get& p) const {
    return {{"name", p.which->name}, {"arguments", p.arguments}};
  }
  json operator()(const completion& c) const {
    return {{"ref", c.name}, {"argument", c.argument}, {"value", c.value}};
  }
  json operator()(const task_look& t) const { return {{"taskId", t.id}}; }
  json operator()(const task_update& t) const { return {{"taskId", t.id}}; }
  json operator()(const task_cancel& t) const { return {{"taskId", t.id}}; }
};

struct output_text {
  std::string operator()(const tool_data& d) const { return d.text.text; }
  std::string operator()(const complaint& c) const { return c.text; }
  std::string operator()(const result_fields& f) const { return print_json(f.all); }
  std::string operator()(const task_begun& t) const { return print_json(t.task); }
  std::string operator()(const task_told& t) const { return print_json(t.task); }
  std::string operator()(const refusal& r) const { return r.text; }
  std::string operator()(const needs& n) const { return print_json(n.requests); }
  std::string operator()(const granted& g) const { return encode_text(g.uris); }
};

} // namespace

std::string_view subject(const request& asked) {
  if (const auto* call = std::get_if<tool_call>(&asked.what))
    return call->which->info.name;
  static constexpr std::array<std::string_view, std::variant_size_v<matter>> methods{
    "tools/call",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "prompts/get",
    "completion/complete",
    "tasks/get",
    "tasks/update",
    "tasks/cancel"};
  return methods.at(asked.what.index());
}

json particulars(const request& asked) {
  return std::visit(particulars_of{}, asked.what);
}

std::string_view outcome_of(const settlement& given) {
  const bool failed =
    std::holds_alternative<complaint>(given) || std::holds_alternative<refusal>(given);
  return failed ? "error" : "ok";
}

std::string output_of(const settlement& given) {
  return std::visit(output_text{}, given);
}

json masked(const json& value) {
  if (!value.is_structured())
    return value;
  json out = value;
  if (value.is_array()) {
    std::ranges::transform(value, out.begin(), masked);
    return out;
  }
  for (const auto& [key, member] : value.items()) {
    const bool secret = (key == "env" && member.is_object()) || speaks_of_secrets(key);
    out[key] = secret ? hidden(member) : masked(member);
  }
  return out;
}

std::string log_line(const call_entry& entry) {
  const audit_entry told{
    .what = std::string(entry.tool),
    .client = entry.client,
    .client_name = one_line(entry.client_name, 80),
    .run_id = entry.run_id,
    .outcome = std::string(entry.outcome),
    .took_ms = entry.took.count(),
    .input = shown(print_json(masked(entry.input))),
    .output = shown_output(entry.output)};
  return "call " + encode_text(told);
}

call_log log_calls_to(std::shared_ptr<spdlog::logger> logger) {
  if (!logger)
    return [](const call_entry&) {};
  return [logger = std::move(logger)](const call_entry& entry) {
    if (logger->should_log(spdlog::level::info))
      logger->info(log_line(entry));
  };
}

} // namespace troupe::mcp
