#pragma once

#include "keeper/children.hpp"
#include "keeper/descriptor.hpp"
#include "keeper/poller.hpp"

#include <functional>

namespace troupe::keeper {

/// How a process ended that is not our child: from its pidfd once it was waited for
/// (PIDFD_GET_INFO, Linux 6.15), else from /proc/<pid>/stat while it was not. Cause 0
/// if neither tells. Only once the pidfd is readable. Resources used are not known.
/// TROUPE_PROBE_PIDFD_INFO=0 and TROUPE_PROBE_ZOMBIE=0 switch these off.
[[nodiscard]] ending end_of_orphan(int pid, int pidfd);

/// Watches a process that another keeper started: whoever is its parent now waits for
/// it, but its pidfd tells us of its end.
class orphan {
public:
  /// Duplicates the pidfd. `on_end` is called once, never from here.
  orphan(poller& waits, int pid, int pidfd, std::function<void(const ending&)> on_end);
  ~orphan();
  orphan(const orphan&) = delete;
  orphan& operator=(const orphan&) = delete;

  [[nodiscard]] int pidfd() const { return pidfd_.get(); }

private:
  void look();

  poller& waits_;
  int pid_;
  descriptor pidfd_;
  std::function<void(const ending&)> on_end_;
};

} // namespace troupe::keeper
