#pragma once

#include "mcp/http_mirrors.hpp"
#include "mcp/revision.hpp"
#include "protocol/http.hpp"
#include "protocol/json.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace troupe::mcp {

inline constexpr int header_mismatch = -32020;

/// What a POST is, told from its head and its body. Ids are as JSON text.
struct modern_post {
  std::string id; ///< Empty: a notification, of which nothing comes.
};

struct legacy_post {
  std::vector<std::string> ids; ///< Of its requests; none: it is only to be accepted.
  bool begins = false;          ///< It is `initialize`.
  bool batch = false;
};

using http_post = std::variant<http_answer, modern_post, legacy_post>;

/// Reads a POST by the ladder of both eras; the first rung that breaks answers it. What
/// only a session can know is left to it, and what only the dialogue can know to that.
/// `mirrored`: the arguments that headers repeat. Pure. Source: MCP 2026-07-28,
/// transports; 2025-11-25, transports.
[[nodiscard]] http_post
read_post(const http_request& request, const mirror_table& mirrored = {});

/// The header MCP-Protocol-Version of a request of a session: absent, or one that
/// exists before 2026-07-28. Else the answer that says so.
[[nodiscard]] std::optional<http_answer> wrong_version(const http_head& head);

/// Which revision the answer to `initialize` agrees on; nothing if it is a refusal.
[[nodiscard]] std::optional<revision> agreed_revision(std::string_view answer);

/// The HTTP status for an answer of the era without sessions that is an error.
[[nodiscard]] int modern_status(int code);

} // namespace troupe::mcp
