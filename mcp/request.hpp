#pragma once

#include "mcp/offer.hpp"
#include "mcp/revision.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>
#include <map>
#include <variant>
#include <vector>

namespace troupe::mcp {

// What can be asked of a server, whatever the era.

struct tool_call {
  const tool* which = nullptr;
  json arguments = json::object();
};

struct resource_list {
  std::optional<std::string> cursor; ///< As a page before gave it; else the first page.
};

struct resource_read {
  std::string uri;
};

/// Which of these may be watched for changes.
struct resource_watch {
  std::vector<std::string> uris;
};

struct prompt_get {
  const prompt* which = nullptr;
  std::map<std::string, std::string> arguments;
};

/// How an argument of a prompt, or a variable of a template, may go on.
struct completion {
  enum class of : std::uint8_t { prompt, resource } kind = of::prompt;
  std::string name; ///< Of the prompt, or the template itself.
  std::string argument;
  std::string value; ///< What is there so far.
  std::map<std::string, std::string> known;
};

struct task_look {
  std::string id;
};

struct task_update {
  std::string id;
  json responses = json::object();
};

struct task_cancel {
  std::string id;
};

using matter = std::variant<
  tool_call,
  resource_list,
  resource_read,
  resource_watch,
  prompt_get,
  completion,
  task_look,
  task_update,
  task_cancel>;

/// How loud a message of a log is, softest first (RFC 5424).
enum class log_level : std::uint8_t {
  debug,
  info,
  notice,
  warning,
  error,
  critical,
  alert,
  emergency,
};

constexpr auto names(log_level) {
  return std::to_array<std::string_view>(
    {"debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"});
}

/// What a client can do for its server.
struct client_abilities {
  bool form = false; ///< Ask its person to fill in a form.
  bool url = false;  ///< Ask its person to open a page.
  bool sampling = false;
  bool roots = false;
  bool tasks = false; ///< Look at a call later.
};

/// One request, to be answered by whoever has what is offered (answers.hpp). It is
/// asked again from the top each time the client has given what the answer before
/// needed; `inputs` and `state` say how far it has come.
struct request {
  json id;
  matter what;
  revision rev = newest_legacy;
  client_abilities client;
  json progress_token;               ///< Null: the client wants no progress.
  std::string client_name;           ///< For a log.
  std::optional<log_level> loudness; ///< From which on it is told what happens.
  json inputs = json::object();      ///< All that the client gave, by key.
  json state;                        ///< As the answer before left it.
};

/// Say this to the client.
struct say_answer {
  json message;
};

/// Answer this call no more.
struct drop_call {
  json id;
};

/// The client waits for these changes until it drops the request.
struct listen {
  json id;
  std::vector<changing_list> lists;
  std::vector<std::string> uris;
};

/// The client watches this resource no more; legacy.
struct leave_off {
  json id;
  std::string uri;
};

/// What the client answers to a request of the server; legacy.
struct client_reply {
  json id;
  json outcome;
  json failure;
};

using step =
  std::variant<say_answer, request, drop_call, listen, leave_off, client_reply>;

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

/// Whether it can be the id of a request or a progress token.
[[nodiscard]] bool is_token(const json& value);

} // namespace troupe::mcp
