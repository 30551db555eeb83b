#pragma once

#include "mcp/answers.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>
#include <variant>
#include <vector>

namespace troupe::mcp {

/// Say this to the client: the answer to a request, or a notification.
struct say_answer {
  json message;
};

/// Call a tool, then answer its id.
struct call_tool {
  json id;
  const tool* which = nullptr;
  json arguments = json::object();
  json progress_token; ///< Null: the client wants no progress.
  answer_form form;
  std::string client_name; ///< For the log.
};

/// Answer this call no more.
struct drop_call {
  json id;
};

using step = std::variant<say_answer, call_tool, drop_call>;

/// A step, or the error that answers the request.
using outcome = tl::expected<step, jsonrpc::rejection>;

/// What one line asks for, in order. The answers of a batch go out as one array.
struct turn {
  std::vector<step> steps;
  bool batch = false;
};

[[nodiscard]] tl::unexpected<jsonrpc::rejection>
reject(const json& id, int code, std::string text);

[[nodiscard]] step success(const jsonrpc::message& request, json fields);

/// There is no such method in this era.
[[nodiscard]] tl::unexpected<jsonrpc::rejection>
reject_method(const jsonrpc::message& request);

/// The row of a table of methods that has this name; nullptr if there is none.
template <class Rows>
[[nodiscard]] const typename Rows::value_type*
find_method(const Rows& methods, std::string_view name) {
  const auto it = std::ranges::find(methods, name, &Rows::value_type::name);
  return it == methods.end() ? nullptr : &*it;
}

/// A member of an object; null if there is none, or it is no object.
[[nodiscard]] const json& member(const json& object, std::string_view name);

/// Whether it can be the id of a request or a progress token.
[[nodiscard]] bool is_token(const json& value);

} // namespace troupe::mcp
