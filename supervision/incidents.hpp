#pragma once

#include "protocol/daemon_limits.hpp"
#include "protocol/exit.hpp"
#include "supervision/restart.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::supervision {

/// What an attempt died of, in a form that is the same for others who died of the same:
/// backend, reason, code or signal, and the last line of its detail that says anything,
/// where a word with a digit in it is `#` and a word with a slash is `/`. At most 200
/// bytes. Empty if it cannot be a shared cause: what is never restarted, and usage
/// limits (supervision/accounts.hpp).
[[nodiscard]] std::string
fingerprint_of(std::string_view backend, const exit_reason& why);

/// The end of an attempt that may have a cause in common with others.
struct run_failure {
  std::string run_id;
  std::string fingerprint;
  bool overload = false; ///< Agents retry that themselves: a probe is told late.
  moment at{0};          ///< When; a successor learns of what lies behind it.
  timestamp wall;        ///< The same, for people.
};

/// One cause across many runs is one incident: `runs` different runs that fail alike
/// within `window_s`. While it is open, restarts of runs that it has hit wait. One of
/// them goes first, the probe. It holds if it lives for `hold_s` or ends in another
/// way; then the rest follow one by one, 500 ms apart, all within 30 s. If it fails
/// alike, or one that followed does, the next probe waits longer each time. An
/// incident is over when the rest are gone and `window_s` has been quiet. Pure; memory
/// is bounded: failures of one window (1024 at most), and the runs of 64 incidents,
/// beyond which the quietest is forgotten.
class incidents {
public:
  explicit incidents(const incident_limits& limits) : limits_(limits) {}

  /// Noted at `what.at`. `dice` is uniform in [0, 1). Answers the runs whose cause to
  /// wait has changed with it.
  std::vector<std::string> failed(const run_failure& what, moment now, double dice);

  /// An attempt of it ended in another way: a probe that does has held.
  void ended_otherwise(const std::string& run_id, moment now);

  /// It will never ask again, which shows nothing.
  void left(const std::string& run_id);

  /// A restart is due: whether it may go. If not, it is among `due` one day; to ask
  /// again keeps its place.
  [[nodiscard]] bool asks(const std::string& run_id, moment now);

  /// Whose turn has come by now.
  [[nodiscard]] std::vector<std::string> due(moment now);

  /// When to look again; empty if nothing comes by itself.
  [[nodiscard]] std::optional<moment> next_check() const;

  /// What a run that waits waits for, for people. Changes only with a new probe.
  [[nodiscard]] std::string cause_of(const std::string& run_id) const;

  [[nodiscard]] std::size_t open() const { return open_.size(); }

private:
  struct incident {
    std::uint64_t number = 0;
    std::string fingerprint;
    timestamp since;
    std::set<std::string> hit;
    std::size_t runs = 0; ///< Ever hit.
    moment hold{0};
    std::deque<std::string> waiting;
    std::optional<std::string> probe;
    moment probe_until{0};
    moment next_go{0}; ///< The next probe, or the next that follows one that held.
    moment last_failure{0};
    std::uint32_t probes_failed = 0;
    bool holds = false;
  };

  void open_if_many(const run_failure& what, moment now);
  void retreat(incident& of, moment now, double dice) const;
  void hold(incident& of, moment now) const;
  bool let_go(incident& of, const std::string& run_id, moment now) const;
  [[nodiscard]] moment closes_at(const incident& of) const;
  [[nodiscard]] moment window() const { return std::chrono::seconds(limits_.window_s); }
  [[nodiscard]] incident* of_run(const std::string& run_id);

  incident_limits limits_;
  std::uint64_t last_number_ = 0;
  std::deque<run_failure> recent_;
  std::vector<incident> open_;
};

} // namespace troupe::supervision
