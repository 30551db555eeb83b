#pragma once

#include "agents/agent_line.hpp"

#include <set>
#include <string>

namespace troupe::agents::claude {

/// The shell commands and subagents that the agent runs beside its turns. When one
/// ends while no turn runs, the agent starts a turn of its own to look at what came of
/// it; that turn often does the rest of the work, so the answer is held until it ends.
class background_tasks {
public:
  /// `system/background_tasks_changed`: all that run now.
  void changed(const json& line) {
    running_.clear();
    for (const auto& task : member(line, "tasks"))
      add(task);
  }

  /// `system/task_started`.
  void started(const json& line) {
    if (flag_in(line, "is_backgrounded"))
      add(line);
  }

  /// `system/task_notification`; `idle` if no turn runs that could take it up.
  void notified(const json& line, bool idle) {
    running_.erase(std::string(text_in(line, "task_id")));
    const auto status = text_in(line, "status");
    if (idle && (status == "completed" || status == "failed"))
      turn_due_ = true;
  }

  void turn_began() { turn_due_ = false; }

  /// Whether the agent still has something to do by itself.
  [[nodiscard]] bool any() const { return turn_due_ || !running_.empty(); }

private:
  static constexpr std::size_t count_max = 1024;

  void add(const json& task) {
    if (running_.size() < count_max)
      running_.emplace(text_in(task, "task_id"));
  }

  std::set<std::string> running_;
  bool turn_due_ = false;
};

} // namespace troupe::agents::claude
