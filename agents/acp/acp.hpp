#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Any agent of the Agent Client Protocol: JSON-RPC 2.0, a line a message. Version 1;
/// version 2, a draft, where `protocol_version` offers it and the agent takes it.
/// Facts: observed with claude-agent-acp 0.49.0, codex-acp 0.16.0, Gemini CLI 0.61.0
/// and OpenCode 1.18.33; the schemas of @agentclientprotocol/sdk 2.4.0.
///
/// One prompt is sent at a time: agents differ in what they do with a second one.
namespace troupe::agents::acp {

[[nodiscard]] std::unique_ptr<adapter> make(const attempt_plan& plan);

} // namespace troupe::agents::acp
