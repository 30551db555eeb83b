#pragma once

#include "protocol/json.hpp"

#include <string>
#include <string_view>
#include <vector>

/// A run as a task of the A2A protocol: what the daemon tells of it, put as that wants
/// it. Pure. Facts: docs/backends.md, and @a2a-js/sdk 1.3.0 as a client.
namespace troupe::a2a {

/// Which of the two versions a client speaks; the same things are written otherwise.
enum class dialect : std::uint8_t { v1, v03 };

/// A task by a view of its run (get_run), or by the answer to spawn_run.
[[nodiscard]] json task_of(const json& view, dialect as);

/// What an event of a run is to those who follow its task; each stands for itself.
struct followed {
  std::vector<json> updates;
  bool last = false; ///< The task is over, or waits for an answer.
};
[[nodiscard]] followed updates_of(const json& event, dialect as);

/// A message as `input_message`; an answer that is data stands alone.
[[nodiscard]] result<json> input_of(const json& message);

/// Whether a status of a run is one that a task does not leave.
[[nodiscard]] bool is_final_status(std::string_view status);

/// A member that is a text; empty if there is none.
[[nodiscard]] std::string text_of(const json& object, std::string_view name);

} // namespace troupe::a2a
