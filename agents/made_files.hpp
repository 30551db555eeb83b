#pragma once

#include "agents/agent_line.hpp"

#include <string_view>

/// Bytes that an agent made or was given by a tool.
namespace troupe::agents {

/// A file part as events show it (protocol/messages.hpp).
[[nodiscard]] json made_file(std::string_view base64, std::string_view mime_type);

/// The parts of those content blocks that bring bytes, as MCP and the Agent Client
/// Protocol write them: one block, or a list of them.
[[nodiscard]] json files_among(const json& blocks);

/// `artifact_added {…about, parts}`, if there are any.
void tell_files(json about, json parts, step& out);

} // namespace troupe::agents
