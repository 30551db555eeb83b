#pragma once

#include "agents/adapter.hpp"

namespace troupe::agents::codex {

/// `<program> exec --json`, with the prompt on stdin, which is then closed; after
/// `resume` and its id for a plan that resumes. Members of `config` become words
/// (`-c a.b=1`), since a process has no other way to be told them.
///
/// It never asks, so a policy that denies or asks for something cannot be held, and is
/// refused.
[[nodiscard]] result<start_line> start_exec(const attempt_plan& plan);

} // namespace troupe::agents::codex
