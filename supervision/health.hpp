#pragma once

#include "protocol/exit.hpp"
#include "protocol/policy.hpp"
#include "supervision/restart.hpp"

#include <optional>
#include <string>

namespace troupe::supervision {

/// What a clock wants done: a warning to tell, or the end of the attempt.
struct health_finding {
  bool end = false;
  exit_kind reason = exit_kind::hung;
  std::string detail;
};

/// The clocks of one attempt: start-up, idle, turn, wall and output. They stand still
/// while the run waits for an answer. Without a limit set, silence is only warned about
/// (once per silence, after ten minutes without an open tool call).
class health {
public:
  health(const run_limits& limits, moment started, moment run_time_before);

  void heard(moment now, std::uint64_t stdout_bytes, int open_tools);
  void turn_began(moment now);
  void turn_ended(moment now);
  void paused(moment now);
  void resumed(moment now);

  /// What is due. At most one finding a call; an `end` is found once.
  [[nodiscard]] std::optional<health_finding>
  check(moment now, std::uint64_t disk_free_bytes);

  /// When to check next, at the latest; the caller sets its timer for it.
  [[nodiscard]] moment next_check(moment now) const;

  /// Time spent so far, pauses left out: what `run_time_before` of the next attempt is.
  [[nodiscard]] moment run_time(moment now) const;

private:
  run_limits limits_;
  moment started_;
  moment run_time_before_;
  moment last_heard_;
  moment paused_total_{0};
  std::optional<moment> first_heard_;
  std::optional<moment> turn_began_;
  std::optional<moment> paused_at_;
  std::uint64_t stdout_bytes_ = 0;
  int open_tools_ = 0;
  bool warned_ = false;
  bool ended_ = false;
};

} // namespace troupe::supervision
