#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Codex for one turn: `codex exec --json`. No approvals: what its sandbox does not let
/// pass is refused. Facts: observed with version 0.171.0.
namespace troupe::agents::codex {

/// `<program> exec --json`, with the prompt on stdin, which is then closed; after
/// `resume` and its id for a plan that resumes.
[[nodiscard]] result<start_line> start_exec(const attempt_plan& plan);

[[nodiscard]] std::unique_ptr<adapter> make_exec(const attempt_plan& plan);

} // namespace troupe::agents::codex
