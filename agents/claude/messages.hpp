#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents::claude {

/// What the permission patterns of a tool call are compared with: the command of Bash,
/// the path of a file tool, else the compact input.
[[nodiscard]] std::string subject_of(std::string_view tool, const json& input);

/// Tells what the agent says and does: `assistant` and `user` lines as events. Keeps
/// which tool calls are open, to name them again when they finish.
class messages {
public:
  void assistant(const json& line, step& out);
  void user(const json& line, step& out);

  /// No call of the main conversation survives the end of its turn; those of
  /// subagents, which run beside it, may.
  void turn_over();

  [[nodiscard]] int open_tools() const { return static_cast<int>(calls_.size()); }
  [[nodiscard]] std::uint64_t oldest_tool() const {
    return calls_.empty() ? 0 : calls_.front().number;
  }

  /// What the main conversation said last.
  [[nodiscard]] const std::string& last_text() const { return last_text_; }

  /// The input of an open call; null if there is none.
  [[nodiscard]] const json& input_of(std::string_view tool_use_id) const;

private:
  struct call {
    std::string id;
    std::string tool;
    json input;
    bool subagent = false;
    std::uint64_t number = 0;
  };

  void block(const json& line, const json& content, step& out);
  void text(const json& line, const json& content, step& out);
  void call_started(const json& line, const json& content, step& out);
  void call_finished(const json& line, const json& content, step& out);

  std::vector<call> calls_; ///< As they were started.
  std::uint64_t started_ = 0;
  std::vector<std::string> unknown_blocks_;
  std::string last_text_;
};

} // namespace troupe::agents::claude
