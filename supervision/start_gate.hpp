#pragma once

#include "supervision/accounts.hpp"
#include "supervision/incidents.hpp"
#include "supervision/slots.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::supervision {

/// The end of an attempt, as far as other runs may learn from it.
struct attempt_end {
  std::string run_id;
  std::string backend;
  std::string account; ///< Empty: it has none.
  exit_reason why;
  moment at{0};                   ///< When; a successor learns of what lies behind it.
  timestamp wall;                 ///< The same, for people.
  std::optional<moment> until;    ///< Parked: until when …
  std::optional<timestamp> again; ///< … the same, for people.
};

/// What a run that asked is told: to go, or what it waits for.
struct gate_word {
  std::string run_id;
  bool go = false;
  std::string cause;
};

/// What every attempt passes before it starts, in this order: a hold over all (no disk
/// space), a place among the live runs, the usage limit of its account, the incident
/// that it was hit by. Pure; the actor RUNS keeps one. Memory is bounded by the runs
/// that are not final.
class start_gate {
public:
  explicit start_gate(const admission_limits& limits)
    : incidents_(limits.incident),
      accounts_(std::chrono::seconds(limits.incident.hold_s)),
      slots_(limits.live_runs) {}

  /// It has started before, and so has a place.
  void was_live(const std::string& run_id, const std::string& parent);

  /// `dice` is uniform in [0, 1).
  void ended(const attempt_end& what, moment now, double dice);

  /// An attempt is due. The answer is among `words`; asking again is answered again.
  /// `parent` is empty for a run started by a person.
  void asks(
    const std::string& run_id, const std::string& parent, const std::string& account);

  /// It starts, whatever it would be told.
  void starts_by_order(const std::string& run_id);

  /// The run is over.
  void left(const std::string& run_id);

  /// Nobody passes, for this reason, until it is lifted.
  void hold(std::string why);
  void lift();
  [[nodiscard]] const std::optional<std::string>& held() const { return held_; }

  /// What is to be said by now. A run that waits is told so once for each thing it
  /// waits for.
  [[nodiscard]] std::vector<gate_word> words(moment now);

  /// When to look again; empty if nothing comes by itself.
  [[nodiscard]] std::optional<moment> next_check() const;

private:
  enum class stage : std::uint8_t { hold, slot, account, incident };

  struct waiter {
    std::string parent;
    std::string account;
    stage at = stage::hold;
    std::string told;
  };

  [[nodiscard]] bool passes(const std::string& run_id, waiter& who, moment now);
  void move_on(const std::vector<std::string>& released, stage to);
  void look_at_all();
  void look_again(const std::vector<std::string>& run_ids);
  [[nodiscard]] std::string cause(const std::string& run_id, const waiter& who) const;

  incidents incidents_;
  accounts accounts_;
  slots slots_;
  std::optional<std::string> held_;
  std::map<std::string, waiter> waiting_;
  std::deque<std::string> to_look_at_; ///< Those that wait and may pass or be told.
};

} // namespace troupe::supervision
