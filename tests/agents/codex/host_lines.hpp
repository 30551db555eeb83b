#pragma once

#include "agents/adapter.hpp"

#include <optional>
#include <string>

namespace troupe::agents::codex {

/// What the host of a recorded conversation wrote, as the input that makes an adapter
/// write it; nothing where the adapter does so by itself. What is configured by such a
/// line goes into the plan.
[[nodiscard]] std::optional<agent_input>
read_host_line(const std::string& text, attempt_plan& plan);

} // namespace troupe::agents::codex
