#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// Any program as an agent: one prompt in, lines out. The lines may be plain text, or
/// the JSON events of docs/process-protocol.md.
namespace troupe::agents {

[[nodiscard]] result<start_line> start_process(const attempt_plan& plan);

[[nodiscard]] std::unique_ptr<adapter> make_process(const attempt_plan& plan);

} // namespace troupe::agents
