#pragma once

#include "protocol/messages.hpp"

#include <string>

namespace troupe::agents::claude {

/// What is said to the agent, as a line: words, and what came with its bytes as blocks
/// `image` and `document`.
[[nodiscard]] std::string user_message(const agent_message& said);

} // namespace troupe::agents::claude
