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
/// they go one after another, 8 s apart at first and sooner with each that goes, down
/// to 1 s, so that the first can tell whether the limit has really ended. Pure.
/// Remembers an account only while it is limited or somebody waits: at most 1024,
/// beyond which the limit that ends first is forgotten.
class accounts {
public:
  /// A run of it met a limit that ends then. The later end counts.
  void
  limited(const std::string& account, moment until, timestamp wall_until, moment now);

  /// An attempt is due: whether it may go. If not, it is among `due` one day; to ask
  /// again keeps its place. No account: always.
  [[nodiscard]] bool
  asks(const std::string& account, const std::string& run_id, moment now);

  /// It waits no more.
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
    moment next_go{0}; ///< The end of the limit, then the turn of the next.
    timestamp wall_until;
    std::uint32_t gone = 0; ///< Since the limit ended.
    std::deque<std::string> waiting;
  };

  static void let_one_go(account& of, moment now);

  std::map<std::string, account> accounts_;
};

} // namespace troupe::supervision
