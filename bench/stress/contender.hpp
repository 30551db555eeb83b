#pragma once

#include "bench/stress/scenarios.hpp"
#include "bench/stress/yard.hpp"

#include <memory>
#include <vector>

/// Who takes part in scenario `peers`.
namespace troupe::stress {

/// Keeps one service alive in each directory of a yard. Ends with this object, which
/// must not outlive the yard; what it leaves running there the yard ends.
class contender {
public:
  contender() = default;
  virtual ~contender() = default;
  contender(const contender&) = delete;
  contender& operator=(const contender&) = delete;

  /// From nothing to having been asked for all services. Once. Why not, if it cannot.
  [[nodiscard]] virtual result<void> start(const yard& where) = 0;

  /// Its processes without the services; what their memory is measured of.
  [[nodiscard]] virtual std::vector<int> processes(const yard& where) const {
    return where.supervisors();
  }
};

/// How a supervisor waits before it starts a service again.
struct pacing {
  const char* by_default;
  const char* here; ///< As short as it can be set.
};

struct entry {
  const char* name;
  pacing pause;
  /// A fresh one; the error says why it takes no part.
  result<std::unique_ptr<contender>> (*enter)(const plan&);
};

/// clone3 and waitid in a loop, and Troupe.
[[nodiscard]] std::vector<entry> own_contenders();

/// runit, s6, supervisor and pm2, where they are installed.
[[nodiscard]] std::vector<entry> rivals();

} // namespace troupe::stress
