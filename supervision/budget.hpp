#pragma once

#include "protocol/usage.hpp"
#include "supervision/health.hpp"

#include <array>
#include <optional>

namespace troupe::supervision {

/// The sum of both.
[[nodiscard]] attempt_usage operator+(attempt_usage a, const attempt_usage& b);

/// What a run may spend in turns, tokens and money, over all its attempts. Tokens are
/// those read and written; what is read from a cache is left out. A budget is warned
/// about once, at 80 %, and ends the attempt when more than all of it is spent.
class budget {
public:
  /// `before` is what earlier attempts spent. What was warned about then is not again.
  budget(const run_limits& limits, attempt_usage before);

  /// What this attempt has spent so far, known from before: nothing is found of it.
  void known(const attempt_usage& spent);

  /// The same, and what follows. At most one finding a call; an end is found once.
  [[nodiscard]] std::optional<health_finding> spent(const attempt_usage& now);

private:
  struct account {
    const char* name;
    std::optional<double> limit;
    bool warned = false;
  };

  [[nodiscard]] static double of(const attempt_usage& all, std::size_t which);

  attempt_usage before_;
  std::array<account, 3> accounts_;
  bool ended_ = false;
};

} // namespace troupe::supervision
