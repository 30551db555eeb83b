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

bool is_token(const json& value) {
  return value.is_string() || value.is_number_integer();
}

} // namespace troupe::mcp
