#pragma once

#include "protocol/http.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mcp {

/// Who may come in by HTTP.
struct http_rules {
  std::string path = "/mcp";
  std::string token;              ///< Empty: none is wanted.
  bool loopback = true;           ///< It listens where only this machine can reach it.
  std::vector<std::string> hosts; ///< What it is also called, without a port.
  std::vector<std::string> origins; ///< Whose web pages may call: https://example.com
};

/// What refuses a request, judged by its head alone, if anything does: a page of
/// another site (Origin), or of a name that was pointed at this machine (Host); no
/// token, or a wrong one; no such path, method or media type. A run may come with the
/// token of its attempt, which is checked when its run is asked for. Also answers the
/// question of a browser that asks before it calls (CORS). Pure. Source: MCP 2026-07-28
/// and before, transports; RFC 6750; WHATWG fetch.
[[nodiscard]] std::optional<http_answer>
refusal_of(const http_head& head, const http_rules& rules);

/// The token of a run that an admitted request came with; empty: it is a person's.
[[nodiscard]] std::string run_token_of(const http_head& head, const http_rules& rules);

/// What a browser wants to read beside an answer; empty for all others.
[[nodiscard]] http_fields cors_of(const http_head& head);

/// A JSON-RPC error that answers no request in particular, or that of `id` (as JSON).
[[nodiscard]] http_answer
http_refusal(int status, int code, std::string_view why, std::string_view id = "null");

} // namespace troupe::mcp
