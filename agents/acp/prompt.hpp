#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <string>

/// What is said to an agent, as content blocks.
namespace troupe::agents::acp {

/// Words, `image` and `audio`; other bytes as an embedded `resource`, and a file that
/// is named by its uri as a `resource_link`, which every agent takes.
[[nodiscard]] json prompt_of(const agent_message& said);

/// Why it cannot be said to an agent with these `promptCapabilities`; nothing if it
/// can.
[[nodiscard]] std::optional<std::string>
unfit(const agent_message& said, const json& capabilities);

} // namespace troupe::agents::acp
