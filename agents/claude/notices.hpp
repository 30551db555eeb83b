#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace troupe::agents::claude {

/// What the agent says about itself and its service: retries, denials, limits, and
/// whatever a newer version says that is not known. All of it becomes warnings, or
/// nothing where it tells a client nothing.
class notices {
public:
  /// A line whose type and subtype nobody else takes, as `type` or `system/subtype`.
  void note(std::string_view name, const json& line, step& out);

  /// When the usage limit that was hit last ends.
  [[nodiscard]] std::optional<timestamp> limit_until() const { return limit_until_; }

private:
  void limit(const json& info, step& out);
  void unknown(std::string_view name, step& out);

  std::set<std::string> warned_;
  std::optional<timestamp> limit_until_;
};

} // namespace troupe::agents::claude
