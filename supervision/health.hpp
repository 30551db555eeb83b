#pragma once

#include "protocol/exit.hpp"
#include "protocol/policy.hpp"
#include "supervision/restart.hpp"
#include "supervision/silence.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::supervision {

/// MiB of the disk that runs leave free.
inline constexpr std::uint64_t disk_floor_mb = 256;

/// What a clock wants done: a warning to tell, a nudge, or the end of the attempt.
struct health_finding {
  bool end = false;
  bool nudge = false;    ///< Ask the agent whether it still works.
  bool at_once = false;  ///< The end bears no delay: no rung but the last.
  bool for_good = false; ///< No restart can help: the run's own time is used up.
  exit_kind reason = exit_kind::hung;
  std::string detail;
};

/// The clocks of one attempt: start-up, idle, tool call, turn, wall and output. The
/// clocks stand still while the run waits for an answer; output and disk are looked at
/// even then. The idle clock (supervision/silence.hpp) also stands while a tool call is
/// open, which has a limit of its own. A start-up limit replaces the idle limit until
/// the agent was first heard. A limit is reached when it is spent.
class health {
public:
  /// `run_time_before` is what earlier attempts spent; the wall limit counts it.
  health(const run_limits& limits, moment started, moment run_time_before);

  /// The agent gave output. `stdout_bytes` is all of this attempt so far; `oldest_tool`
  /// the number of the oldest of its tool calls that have not ended, 0 if there is
  /// none. Its time runs from when it is first told of as the oldest: never too long a
  /// time.
  void heard(moment now, std::uint64_t stdout_bytes, std::uint64_t oldest_tool);

  /// What its processes have done so far.
  void worked(moment now, const tree_work& seen);
  /// Whether to look at them now; asked once a look.
  [[nodiscard]] bool take_look(moment now);

  void turn_began(moment now);
  void turn_ended(moment now);
  void paused(moment now);
  void resumed(moment now);

  /// What is due. At most one finding a call; an `end` is found once, and nothing after
  /// it. Less than `disk_floor_mb` of free disk ends the attempt for `disk`.
  [[nodiscard]] std::optional<health_finding>
  check(moment now, std::uint64_t disk_free_bytes);

  /// When to check next, at the latest; the caller sets its timer for it. Never in the
  /// past, never more than a minute away.
  [[nodiscard]] moment next_check(moment now) const;

  /// Time spent so far, pauses left out: what `run_time_before` of the next attempt is.
  [[nodiscard]] moment run_time(moment now) const;

private:
  enum class clock : std::uint8_t { startup, silence, tool, turn, wall };
  struct deadline {
    moment at; ///< In time that stands still while paused.
    clock which;
  };

  moment active(moment now) const;
  std::optional<deadline> nearest() const;
  [[nodiscard]] bool starting_up() const { return !heard_ && limits_.startup_s; }
  [[nodiscard]] bool listens() const {
    return oldest_tool_ == 0 && !starting_up() && !turn_over_;
  }
  std::optional<health_finding> finding_of(clock which, moment at);
  std::optional<health_finding> overflow(std::uint64_t disk_free_bytes) const;

  run_limits limits_;
  moment started_;
  moment run_time_before_;
  moment paused_total_{0};
  silence silence_;                  ///< In active time.
  moment tool_since_{0};             ///< In active time.
  std::optional<moment> turn_began_; ///< In active time.
  std::optional<moment> paused_at_;
  std::uint64_t stdout_bytes_ = 0;
  std::uint64_t oldest_tool_ = 0;
  bool heard_ = false;
  bool turn_over_ = false; ///< Nothing more is owed: silence is none.
  bool ended_ = false;
};

} // namespace troupe::supervision
