#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::agents::codex {

/// Our requests, named for what they ask and numbered where there can be many, so that
/// their answers are known and never taken for requests of the agent.
class calls {
public:
  explicit calls(const attempt_plan& plan);

  /// `initialize`. What an interrupt leaves running is ended by an API that the agent
  /// calls experimental, so that is asked for.
  static void greet(step& out);

  /// `initialized`, then `thread/start` or `thread/resume`.
  void open(step& out) const;

  /// The thread that was asked for.
  void opened(const json& result);
  [[nodiscard]] const std::string& thread() const { return thread_; }

  void turn(const agent_message& said, step& out);
  [[nodiscard]] bool is_turn(std::string_view id) const;

  /// Says something to the turn that runs.
  void steer(const std::string& turn, const std::string& text, step& out);

  [[nodiscard]] static bool is_steer(std::string_view id);

  void interrupt(const std::string& turn, step& out);

  /// Ends the commands that an interrupt left running.
  void clean(step& out);

  [[nodiscard]] bool resumes() const { return resumes_; }

private:
  json thread_params_;
  json schema_;
  bool resumes_;
  std::string thread_;
  std::uint32_t turns_ = 0;
  std::uint32_t steers_ = 0;
  std::uint32_t interrupts_ = 0;
  std::uint32_t cleanings_ = 0;
};

} // namespace troupe::agents::codex
