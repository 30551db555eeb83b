#pragma once

#include "mcp/answers.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace spdlog {
class logger;
}

namespace troupe::mcp {

/// One finished request, as it is told to whoever keeps the log.
struct call_entry {
  std::uint64_t client = 0;
  std::string_view client_name;
  std::optional<std::string> run_id; ///< The run that the client is part of.
  std::string_view tool;             ///< Or the method, of what is no tool.
  std::chrono::milliseconds took{0};
  std::string_view outcome; ///< ok, error or dropped.
  json input;               ///< Unmasked: mask it before it is shown.
  std::string output;       ///< The answer, or the text of the error.
};

/// What of an entry a request, and the answer to it, say.
[[nodiscard]] std::string_view subject(const request& asked);
[[nodiscard]] json particulars(const request& asked);
[[nodiscard]] std::string_view outcome_of(const settlement& given);
[[nodiscard]] std::string output_of(const settlement& given);

using call_log = std::function<void(const call_entry&)>;

/// One line a request at level info; where it goes is the logger's business, which must
/// not be stdout. Without a logger nothing is kept.
[[nodiscard]] call_log log_calls_to(std::shared_ptr<spdlog::logger> logger);

/// The same value with `***` for what may be secret: all values of an `env` object, and
/// every value whose key speaks of a token, secret, password, key or authorization
/// (a count such as `input_tokens` does not).
[[nodiscard]] json masked(const json& value);

/// `call ` and an audit_entry; masked, and bounded at about 8 KiB.
[[nodiscard]] std::string log_line(const call_entry& entry);

} // namespace troupe::mcp
