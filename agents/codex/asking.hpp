#pragma once

#include "agents/agent_line.hpp"
#include "agents/permission.hpp"
#include "protocol/messages.hpp"
#include "protocol/runs.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// One request of the agent to its host: what it is about, and what its answers are.
namespace troupe::agents::codex {

class items;

struct asked {
  enum class form : std::uint8_t {
    command,
    file_change,
    mcp_tool,
    permissions,
    elicitation,
    user_input,
  };

  form kind = form::command;
  json id; ///< As the agent gave it.
  json params;
  json item; ///< What it is about, as it was told before; null if it was not.
};

/// A line with a method and an id; nothing if it is of no kind we answer.
[[nodiscard]] std::optional<asked> read_request(const json& line, const items& told);

/// Questions are answered in words; all others are given leave or denied.
[[nodiscard]] bool is_question(const asked& what);

/// What the policy says. A pattern that allows settles a command only where the script
/// in it could be read, and nothing that was not told before.
[[nodiscard]] verdict settled(const permission_policy& policy, const asked& what);

/// Its number is unique in a turn alone, so its id names the turn too.
[[nodiscard]] pending_request shown(const asked& what);

/// The result to answer with.
[[nodiscard]] json permit(const asked& what, bool always);
[[nodiscard]] json denial(const asked& what);

/// The result that answers a question; nothing if the answer does not fit it: a form of
/// several fields takes data.
[[nodiscard]] std::optional<json>
answered(const asked& what, const request_answer& given);

} // namespace troupe::agents::codex
