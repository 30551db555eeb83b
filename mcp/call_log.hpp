#pragma once

#include "protocol/json.hpp"

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

/// One finished tool call, as it is told to whoever keeps the log.
struct call_entry {
  std::uint64_t client = 0;
  std::string_view client_name;
  std::string_view tool;
  std::chrono::milliseconds took{0};
  std::string_view outcome; ///< ok, error or dropped.
  json input;               ///< Unmasked: mask it before it is shown.
  std::string output;       ///< The answer, or the text of the error.
};

using call_log = std::function<void(const call_entry&)>;

/// One line a call at level info; where it goes is the logger's business, which must
/// not be stdout. Without a logger nothing is kept.
[[nodiscard]] call_log log_calls_to(std::shared_ptr<spdlog::logger> logger);

/// The same value with `***` for what may be secret: all values of an `env` object, and
/// every value whose key speaks of a token, secret, password, key or authorization.
[[nodiscard]] json masked(const json& value);

/// Replaces anything a masked value may leak through: only for text that is not JSON.
[[nodiscard]] std::string log_line(const call_entry& entry);

} // namespace troupe::mcp
