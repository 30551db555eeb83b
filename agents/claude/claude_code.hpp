#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Claude Code, headless, with both streams as JSON lines. Facts: observed with version
/// 2.1.328; a message that is not known is told once as a warning and passed over.
///
/// One turn is sent at a time. The answer is the first result that is not the agent's
/// own reaction to a background task; an answer is held while background tasks run, a
/// failure is not.
namespace troupe::agents::claude {

[[nodiscard]] std::unique_ptr<adapter> make(const attempt_plan& plan);

} // namespace troupe::agents::claude
