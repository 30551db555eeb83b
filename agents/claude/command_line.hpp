#pragma once

#include "agents/adapter.hpp"

/// How Claude Code is started headless. Facts: observed with version 2.1.328.
namespace troupe::agents::claude {

/// `<program> -p` with both stream formats, permission prompts on stdin and stdout, the
/// session to make or to resume, and what `backend_config` asks for. Nothing is
/// bypassed unless `permission_mode` says so. Arguments that would change the protocol
/// or the session are refused. Deny patterns are told to the agent too, because it
/// does not ask about every tool call.
[[nodiscard]] result<start_line> start(const attempt_plan& plan);

/// The same program, for a person, on a session that nobody else has.
[[nodiscard]] std::vector<std::string>
takeover(const attempt_plan& plan, const std::string& session);

} // namespace troupe::agents::claude
