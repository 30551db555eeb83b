#pragma once

#include "mcp/revision.hpp"
#include "mcp/tasks.hpp"

namespace troupe::mcp {

/// How the answer to a tool call is written.
struct answer_form {
  enum class as : std::uint8_t {
    result,         ///< Of tools/call.
    task_or_result, ///< A task, if it is not settled yet.
    task_state,     ///< Of tasks/get.
  };

  revision rev = newest_legacy;
  as what = as::result;
  task of; ///< Unless it is a plain result.
};

/// The text of the JSON-RPC result that tells it: structured and mirrored as text, or
/// an error for the model.
[[nodiscard]] std::string
answer_text(const answer_form& form, const result<raw_json>& answer, timestamp now);

/// What every result of the modern era has: its type, and who gave it.
[[nodiscard]] json modern_result(json fields, std::string_view type = "complete");

} // namespace troupe::mcp
