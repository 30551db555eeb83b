#include "mcp/dialogue.hpp"

namespace troupe::mcp {

namespace {

std::vector<step> refused(int code, std::string text) {
  return {say_answer{jsonrpc::failure({code, std::move(text), nullptr})}};
}

} // namespace

turn dialogue::take(std::string_view line, timestamp now) {
  if (line.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return {};
  const auto value = parse_json(line);
  if (!value)
    return {refused(jsonrpc::parse_error, "parse error: " + value.error().message)};
  return value->is_array() ? take_batch(*value, now)
                           : turn{take_message(*value, false, now)};
}

turn dialogue::take_batch(const json& values, timestamp now) {
  if (!legacy_.has_batches())
    return {refused(
      jsonrpc::invalid_request,
      "batches exist in MCP 2025-03-26 only; send one message a line")};
  if (values.empty() || values.size() > batch_max)
    return {refused(
      jsonrpc::invalid_request,
      "a batch has 1 to " + std::to_string(batch_max) + " messages")};
  turn all{.batch = true};
  for (const auto& value : values)
    for (auto& s : take_message(value, true, now))
      all.steps.push_back(std::move(s));
  return all;
}

std::vector<step>
dialogue::take_message(const json& value, bool in_batch, timestamp now) {
  const auto m = jsonrpc::read(value);
  if (!m)
    return {say_answer{jsonrpc::failure(m.error())}};
  if (m->what == jsonrpc::kind::notification) {
    const auto& id = member(m->params, "requestId");
    if (m->method == "notifications/cancelled" && is_token(id))
      return {drop_call{id}};
    return {};
  }
  if (m->what == jsonrpc::kind::response)
    return {client_reply{m->id, m->outcome, m->failure}};
  auto s = answer(*m, in_batch, now);
  if (!s)
    return {say_answer{jsonrpc::failure(s.error())}};
  return {std::move(*s)};
}

outcome
dialogue::answer(const jsonrpc::message& request, bool in_batch, timestamp now) {
  if (!modern_dialogue::claims(request))
    return legacy_.answer(request, in_batch);
  if (in_batch)
    return reject(
      request.id,
      jsonrpc::invalid_request,
      "MCP " + std::string(to_string(modern)) + " has no batches");
  return modern_.answer(request, now);
}

} // namespace troupe::mcp
