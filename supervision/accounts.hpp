#pragma once

#include "protocol/values.hpp"
#include "supervision/restart.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::supervision {

/// Usage limits are met by an account, not by a run: what one run of it met keeps new
/// attempts of all from starting until it ends. Those that run are left alone. Then
/// one goes first, the probe, and the rest when it holds: it has lived for `hold`
/// without meeting the limit again, or has ended in another way. They go 1 s apart.
/// Pure. Remembers an account only while it is limited or somebody waits: at most 1024,
/// beyond which the limit that ends first is forgotten.
class accounts {
public:
  explicit accounts(moment hold) : hold_(hold) {}

  /// A run of it met a limit that ends then. The later end counts.
  void limited(const std::string& name, moment until, timestamp wall_until, moment now);

  /// An attempt is due: whether it may go. If not, it is among `due` one day; to ask
  /// again keeps its place. No account: always.
  [[nodiscard]] bool
  asks(const std::string& name, const std::string& run_id, moment now);

  /// An attempt of it ended, and not of a limit: a probe that does has held.
  void ended_otherwise(const std::string& run_id, moment now);

  /// It will never ask again, which shows nothing.
  void left(const std::string& run_id);

  /// Whose turn has come by now.
  [[nodiscard]] std::vector<std::string> due(moment now);

  /// When to look again; empty if nothing comes by itself.
  [[nodiscard]] std::optional<moment> next_check() const;

  /// What a run that waits waits for, for people.
  [[nodiscard]] std::string cause_of(const std::string& run_id) const;

  [[nodiscard]] std::size_t limited_now() const { return accounts_.size(); }

private:
  struct account {
    moment until{0};
    timestamp wall_until;
    moment next_go{0}; ///< `until`, then the turn of the next.
    std::optional<std::string> probe;
    bool holds = false; ///< The probe has been followed, or may be.
    std::deque<std::string> waiting;
  };

  void let_go(account& of, const std::string& run_id, moment now) const;

  moment hold_;
  std::map<std::string, account> accounts_;
};

} // namespace troupe::supervision
