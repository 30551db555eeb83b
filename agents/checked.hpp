#pragma once

#include "agents/adapter.hpp"

#include <memory>

namespace troupe::agents {

/// The adapter of a plan. If the plan has a schema for the answer, each answer that
/// would end the run is held against it: one that does not fit is asked for again once
/// (in the same conversation, by a turn that the fold itself gives, so that whoever
/// folds the transcript again asks the same), and after that ends the attempt as
/// `agent_error` with what does not fit. An agent that takes no further turn is not
/// asked.
[[nodiscard]] std::unique_ptr<adapter>
make_adapter(const backend_type& backend, const attempt_plan& plan);

} // namespace troupe::agents
