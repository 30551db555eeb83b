#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace troupe::agents::codex {

/// What the agent says about itself and its service: retries, plans, limits, warnings,
/// and whatever a newer version says that is not known. Each warning is told once.
class notices {
public:
  /// A notification that nobody else takes.
  void note(std::string_view method, const json& params, step& out);

  /// A request of ours was refused that nothing waits for.
  void refused(std::string_view what, const json& error, step& out);

  /// When the usage limit that was hit last ends.
  [[nodiscard]] std::optional<timestamp> limit_until() const { return limit_until_; }

private:
  void limits(const json& told);
  void notice(std::string_view words, step& out);
  void unknown(std::string_view method, step& out);
  [[nodiscard]] bool is_new(const std::string& what);

  std::set<std::string> told_;
  std::optional<timestamp> limit_until_;
};

} // namespace troupe::agents::codex
