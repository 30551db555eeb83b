#pragma once

#include "agents/adapter.hpp"
#include "protocol/json.hpp"

#include <array>
#include <cstdint>
#include <string_view>

/// How Codex is started, and what its threads and turns are told of `backend_config`.
/// Facts: observed with version 0.171.0.
namespace troupe::agents::codex {

/// What commands may touch.
enum class sandbox_mode : std::uint8_t {
  read_only,
  workspace_write,
  danger_full_access,
};

constexpr auto names(sandbox_mode) {
  return std::to_array<std::string_view>(
    {"read-only", "workspace-write", "danger-full-access"});
}

/// `<program> app-server` and further arguments. Those that would change the protocol
/// are refused.
[[nodiscard]] result<start_line> start(const attempt_plan& plan);

/// The same program, for a person, on a session that nobody else has.
[[nodiscard]] std::vector<std::string>
takeover(const attempt_plan& plan, const std::string& session);

/// The parameters of `thread/start`, or of `thread/resume` for a plan that resumes.
/// What is not configured is left to the agent's own configuration, but for the
/// approval policy: `on-request`, or `untrusted` if the run has patterns to ask about
/// or to deny, which would else not be asked for what the sandbox lets pass.
[[nodiscard]] json thread_params(const attempt_plan& plan);

/// The JSON Schema that answers must fit; null if there is none.
[[nodiscard]] json output_schema(const attempt_plan& plan);

} // namespace troupe::agents::codex
