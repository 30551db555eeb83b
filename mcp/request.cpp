#include "mcp/request.hpp"

namespace troupe::mcp {

tl::unexpected<jsonrpc::rejection> reject(const json& id, int code, std::string text) {
  return tl::unexpected(jsonrpc::rejection{code, std::move(text), id});
}

tl::unexpected<jsonrpc::rejection> reject_method(const jsonrpc::message& request) {
  return reject(
    request.id,
    jsonrpc::method_not_found,
    "Method not found: " + one_line(request.method, 80));
}

step success(const jsonrpc::message& request, json fields) {
  return say_answer{jsonrpc::success(request.id, std::move(fields))};
}

const json& member(const json& object, std::string_view name) {
  static const json nothing;
  const auto it = object.find(name);
  return it == object.end() ? nothing : *it;
}

bool is_token(const json& value) {
  return value.is_string() || value.is_number_integer();
}

} // namespace troupe::mcp
