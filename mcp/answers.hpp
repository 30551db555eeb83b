#pragma once

#include "mcp/request.hpp"

/// What a request is answered with, whatever the era; and how that is written.
namespace troupe::mcp {

/// Of a tool: data, complete by itself. It is mirrored as text.
struct tool_data {
  raw_json text;
};

/// Of a tool: what its model should read about why not.
struct complaint {
  std::string text;
};

/// The fields of the result, as the newest revision has them.
struct result_fields {
  json all = json::object();
};

/// The call goes on as this task (taskId, status, createdAt, …).
struct task_begun {
  json task;
};

/// How a task is: its fields, and what its call was answered with, if it was.
struct task_told {
  json task;
  std::variant<std::monostate, tool_data, complaint, result_fields> result;
};

/// Nothing of the kind, or not like this; for the program, not for its model.
struct refusal {
  int code = jsonrpc::internal_error;
  std::string text;
  json data; ///< Null: none.
};

/// Asked again when the client has given these: key → {method, params}.
struct needs {
  json requests = json::object();
  json state; ///< Handed back then; null: none. The client may read it.
};

/// To resource_watch: which of them are watched from now on.
struct granted {
  std::vector<std::string> uris;
};

using settlement = std::variant<
  tool_data,
  complaint,
  result_fields,
  task_begun,
  task_told,
  refusal,
  needs,
  granted>;

/// There is no such resource, or not for this client; what to do is said in `text`.
[[nodiscard]] refusal no_such_resource(const std::string& uri, std::string text);

/// `needs` one form filled in by the client's person; the schema is flat.
[[nodiscard]] json form(std::string message, json schema);

/// What the client's person filled in, if the form of this key was accepted.
[[nodiscard]] const json* filled_in(const request& asked, std::string_view key);

/// The line that says it. Of a client that cannot give what is needed, the refusal.
/// `granted` and, before 2026-07-28, `needs` have no line: mcp/conversation.hpp.
[[nodiscard]] std::string
answer_line(const offer& by, const request& asked, const settlement& what);

/// The same for needs, in the era in which they are an answer; `state` is sealed.
[[nodiscard]] std::string
needs_line(const offer& by, const request& asked, const needs& what, std::string state);

/// What of `what` this client is not able to give, in the form of its capabilities;
/// null if it is able.
[[nodiscard]] json unable(const client_abilities& client, const needs& what);

[[nodiscard]] refusal missing_capability(json capabilities);

/// What every result of the modern era has: its type, and who gave it.
[[nodiscard]] json
modern_result(const offer& by, json fields, std::string_view type = "complete");

inline constexpr int code_missing_capability = -32021;
inline constexpr int code_no_such_resource = -32002; ///< Before 2026-07-28.
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

} // namespace troupe::mcp
