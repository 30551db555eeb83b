#pragma once

#include "protocol/json.hpp"
#include "protocol/values.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::mcp {

/// Keeps a value in the hands of somebody who may read it, but neither change it nor
/// use it elsewhere or later: HMAC-SHA-256 over what it is for, until when, and what it
/// holds. Who has the key opens it; nothing is remembered.
class seal {
public:
  explicit seal(std::string key) : key_(std::move(key)) {}

  [[nodiscard]] std::string
  closed(const json& what, std::string_view purpose, timestamp until) const;

  /// Nothing if it was changed, is for something else, or its time is over.
  [[nodiscard]] std::optional<json>
  opened(std::string_view text, std::string_view purpose, timestamp now) const;

private:
  [[nodiscard]] std::string
  signature(std::string_view body, std::string_view purpose) const;

  std::string key_;
};

/// Bytes as text, two digits each; and back, unless it is no such text.
[[nodiscard]] std::string to_hex(std::string_view bytes);
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);

} // namespace troupe::mcp
