#pragma once

#include "protocol/run_views.hpp"
#include "protocol/values.hpp"

#include <optional>
#include <string>
#include <vector>

/// What an answer must look like: JSON Schema, draft-07.
namespace troupe::agents {

/// Why a schema cannot be asked of an agent: it is none, has more than 64 KiB, 24
/// levels or 1000 schemas (references followed), refers to itself, or says what is not
/// checked. Nothing if it can.
[[nodiscard]] std::optional<std::string> wrong_with_schema(const raw_json& schema);

/// What came of checking an answer.
struct checked_answer {
  std::optional<raw_json> data;        ///< If it fits.
  std::vector<std::string> violations; ///< If not: at most 8, each in one line.
};

/// Holds an answer against a schema that was found usable: its structured output, else
/// its text, which is JSON or has it in its last fenced block. Of 1 MiB and 10000
/// values at most. Formats and patterns are told to agents and not checked.
[[nodiscard]] checked_answer
check_answer(const raw_json& schema, const run_result& given);

/// The violations in one line.
[[nodiscard]] std::string listed(const std::vector<std::string>& violations);

/// Tells an agent that takes no schema what its answer must look like; goes behind its
/// prompt.
[[nodiscard]] std::string schema_notice(const raw_json& schema);

/// Asks for the answer once more.
[[nodiscard]] std::string
answer_again(const std::vector<std::string>& violations, const raw_json& schema);

} // namespace troupe::agents
