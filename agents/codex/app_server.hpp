#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Codex as `codex app-server`: JSON-RPC without its version member, a message a line.
/// Facts: observed with version 0.171.0; a message that is not known is told once as a
/// warning and passed over.
///
/// The first turn begins the talk: initialize, then a thread started or resumed, then
/// the turn. One turn is sent at a time, because what is said while one runs steers it
/// and has no end of its own. Nudges, and why a call was denied, are said that way.
/// Our requests are named for what they ask ("turn 2"), the agent's are numbers.
namespace troupe::agents::codex {

[[nodiscard]] std::unique_ptr<adapter> make(const attempt_plan& plan);

} // namespace troupe::agents::codex
