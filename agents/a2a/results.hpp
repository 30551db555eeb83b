#pragma once

#include "agents/a2a/task.hpp"

#include <string>

namespace troupe::agents::a2a {

namespace code {
inline constexpr int task_not_found = -32001;
inline constexpr int task_not_cancelable = -32002;
} // namespace code

/// Of a task that is over. `interrupted`: we asked for it.
[[nodiscard]] turn_end judge_task(const remote_task& task, bool interrupted);

/// A JSON-RPC error, in words.
[[nodiscard]] exit_reason judge_error(const json& error);

/// A reply whose status is not 200, as news of it.
[[nodiscard]] exit_reason judge_status(const json& news);

/// Whether the agent may yet answer a request that failed or was refused like this.
[[nodiscard]] bool may_pass(const json& news);

/// A request that failed, as news of it.
[[nodiscard]] exit_reason judge_failure(const json& news);

/// The end of the program that speaks with the agent.
[[nodiscard]] exit_reason
judge_end(const process_end& how, bool asked, bool said_anything);

} // namespace troupe::agents::a2a
