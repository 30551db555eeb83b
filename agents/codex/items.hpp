#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents::codex {

/// `mcp__server__tool`, as permission patterns name it.
[[nodiscard]] std::string mcp_tool(std::string_view server, std::string_view tool);

/// Tells what the agent says and does: its items as events, when they start and when
/// they are completed. Keeps which are open, to show what a request is about.
class items {
public:
  void started(const json& item, bool subagent, step& out);
  void completed(const json& item, bool subagent, step& out);

  /// `item/fileChange/patchUpdated`: what a change of files that is open has become.
  void patched(const json& params);

  /// Forgets what the main thread has said, and its open calls: what still runs of them
  /// runs beside its turns. Those of subagents are kept.
  void turn_over();

  [[nodiscard]] int open_tools() const { return static_cast<int>(calls_.size()); }
  [[nodiscard]] std::uint64_t oldest_tool() const {
    return calls_.empty() ? 0 : calls_.front().number;
  }

  /// What the main thread said last in this turn.
  [[nodiscard]] const std::string& last_text() const { return last_text_; }

  /// An open item; null if there is none.
  [[nodiscard]] const json& open(std::string_view id) const;

private:
  struct call {
    json item;
    bool subagent = false;
    std::uint64_t number = 0;
  };

  void call_started(const json& item, bool subagent, step& out);
  void close(std::string_view id);
  void message(const json& item, bool subagent, step& out);
  void unknown(std::string_view type, step& out);

  std::vector<call> calls_; ///< As they were started.
  std::uint64_t started_ = 0;
  std::vector<std::string> unknown_;
  std::string last_text_;
};

} // namespace troupe::agents::codex
