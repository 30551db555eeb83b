#include "protocol/jsonrpc.hpp"

namespace troupe::jsonrpc {

namespace {

bool is_id(const json& id) {
  return id.is_string() || id.is_number_integer();
}

tl::unexpected<rejection> reject(std::string text, json id = nullptr) {
  return tl::unexpected(rejection{invalid_request, std::move(text), std::move(id)});
}

tl::expected<message, rejection> read_response(const json& value, message m) {
  if (!is_id(m.id))
    return reject("a response needs the id of its request");
  m.what = kind::response;
  m.outcome = member(value, "result");
  m.failure = member(value, "error");
  if (value.contains("result") == value.contains("error"))
    return reject("a response has either result or error", m.id);
  return m;
}

} // namespace

tl::expected<message, rejection> read(const json& value) {
  if (!value.is_object())
    return reject("a message is a JSON object");
  message m;
  const bool has_id = value.contains("id");
  if (has_id && is_id(member(value, "id")))
    m.id = member(value, "id");
  if (member(value, "jsonrpc") != "2.0")
    return reject("jsonrpc must be \"2.0\"", m.id);
  if (!value.contains("method"))
    return read_response(value, std::move(m));
  if (!member(value, "method").is_string())
    return reject("method must be a string", m.id);
  if (has_id && m.id.is_null())
    return reject("id must be a string or an integer");
  m.method = member(value, "method").get<std::string>();
  if (value.contains("params"))
    m.params = member(value, "params");
  if (!m.params.is_object())
    return reject("params must be an object", m.id);
  m.what = has_id ? kind::request : kind::notification;
  return m;
}

tl::expected<message, rejection> read_line(std::string_view line) {
  auto value = parse_json(line);
  if (!value)
    return tl::unexpected(
      rejection{parse_error, "parse error: " + value.error().message, nullptr});
  return read(*value);
}

json success(const json& id, json outcome) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(outcome)}};
}

std::string success_text(const json& id, std::string_view outcome) {
  std::string text = R"({"jsonrpc":"2.0","id":)" + print_json(id) + R"(,"result":)";
  return text.append(outcome).append("}");
}

json failure(const json& id, int code, std::string_view text) {
  return {
    {"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", text}}}};
}

json failure(const rejection& why) {
  return failure(why.id, why.code, why.text);
}

json notification(std::string_view method, json params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

json request(const json& id, std::string_view method, json params) {
  return {
    {"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", std::move(params)}};
}

} // namespace troupe::jsonrpc
