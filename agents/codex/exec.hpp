#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Codex for one turn: `codex exec --json`, which prints a line an event and asks for
/// nothing: what its sandbox does not let pass is refused. Facts: observed with version
/// 0.171.0.
namespace troupe::agents::codex {

[[nodiscard]] std::unique_ptr<adapter> make_exec(const attempt_plan& plan);

} // namespace troupe::agents::codex
