#pragma once

#include "supervision/restart.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::supervision {

/// What the processes of an attempt have done so far; counters.
struct tree_work {
  std::uint64_t cpu_ms = 0;
  std::uint64_t io_bytes = 0;
};

enum class silence_step : std::uint8_t {
  none,
  warn,  ///< Say that it is silent.
  nudge, ///< Ask it whether it still works.
  end,   ///< It counts as hung.
};

/// How long an agent has given no sign of life. Output is one, and so is the work of
/// its processes: at least 5 % of a processor or 4 KiB a second between two looks. Work
/// alone is believed for four times the limit, then it counts as silence.
///
/// The steps, in parts of the limit: a warning at 1/2, a nudge at 3/4, the end at 1.
/// Without a limit there is a warning after ten minutes and nothing else. Each step is
/// taken once a silence, and it is output that ends one. Looks are wanted from 1/4 on,
/// every eighth of the limit, a minute at most; what is busy is left alone for another
/// quarter. Times are of a clock that stands still while nobody may expect output.
class silence {
public:
  static constexpr int work_believed = 4; ///< Times the limit.

  explicit silence(std::optional<std::uint32_t> limit_s);

  void heard(moment now);

  /// What a look has found.
  void worked(moment now, const tree_work& seen);

  /// The highest step that is due and was not taken; taken with this.
  [[nodiscard]] silence_step due(moment now);

  /// Whether a look is due now; the next one then is later, whatever this one finds.
  [[nodiscard]] bool take_look(moment now);

  /// When a step, when a look is due; nothing: not before it is heard again.
  [[nodiscard]] std::optional<moment> next_step() const { return at(following()); }
  [[nodiscard]] std::optional<moment> next_look() const;

  /// Since when, how long, and against which limit, for people.
  [[nodiscard]] std::string describe(moment now) const;

private:
  [[nodiscard]] std::optional<moment> at(silence_step step) const;
  [[nodiscard]] silence_step following() const;
  [[nodiscard]] bool was_busy(moment now, const tree_work& seen) const;

  struct look {
    moment at;
    tree_work seen;
  };

  bool is_limited_;
  moment limit_;
  moment silent_since_{0}; ///< Last output.
  moment quiet_since_{0};  ///< Last sign of life of any kind.
  std::optional<look> last_look_;
  std::optional<moment> look_taken_;
  silence_step taken_ = silence_step::none;
};

} // namespace troupe::supervision
