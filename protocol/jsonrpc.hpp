#pragma once

#include "protocol/json.hpp"

#include <optional>
#include <string>

/// JSON-RPC 2.0 as MCP uses it: one message a line, ids are strings or integers and
/// never null. Source: jsonrpc.org/specification; MCP 2025-11-25, basic protocol.
namespace troupe::jsonrpc {

inline constexpr int parse_error = -32700;
inline constexpr int invalid_request = -32600;
inline constexpr int method_not_found = -32601;
inline constexpr int invalid_params = -32602;
inline constexpr int internal_error = -32603;

enum class kind : std::uint8_t { request, notification, response };

/// One message, checked for shape. `id` is null for a notification.
struct message {
  kind what = kind::notification;
  json id;
  std::string method;
  json params = json::object();
  json outcome; ///< Of a response: its `result`, or null.
  json failure; ///< Of a response: its `error`, or null.
};

/// Why a line is no message; `id` is null if it could not be read.
struct rejection {
  int code = invalid_request;
  std::string text;
  json id;
};

/// Reads one already parsed value.
[[nodiscard]] tl::expected<message, rejection> read(const json& value);

/// Parses and reads one line.
[[nodiscard]] tl::expected<message, rejection> read_line(std::string_view line);

[[nodiscard]] json success(const json& id, json outcome);
/// The text of the same; `outcome` is one JSON value.
[[nodiscard]] std::string success_text(const json& id, std::string_view outcome);
[[nodiscard]] json failure(const json& id, int code, std::string_view text);
[[nodiscard]] json failure(const rejection& why);
[[nodiscard]] json notification(std::string_view method, json params);
[[nodiscard]] json request(const json& id, std::string_view method, json params);

} // namespace troupe::jsonrpc
