#pragma once

#include "keeper/cgroup.hpp"
#include "keeper/verbs.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace troupe::keeper {

/// Where the groups of one state directory are: `troupe-<hash>/<run_id>.<attempt>`
/// below the keeper's own cgroup, else below the root of the mount. Switched off by
/// TROUPE_PROBE_CGROUP=0; TROUPE_PROBE_CGROUP_KILL=0 hides cgroup.kill.
class cgroups {
public:
  /// Looks for mounts and tries them; makes `troupe-<hash>`.
  explicit cgroups(const std::string& hash);
  /// Removes `troupe-<hash>` if nothing is left in it.
  ~cgroups();
  cgroups(const cgroups&) = delete;
  cgroups& operator=(const cgroups&) = delete;

  /// Whether there is a cgroup v2 here that we may use.
  [[nodiscard]] bool usable() const { return !v2_.empty(); }

  /// Ends and removes what a previous keeper left, but the groups of these attempts, so
  /// that no agent runs twice. Waits at most a few seconds; false if something would
  /// not die.
  [[nodiscard]] bool sweep(const std::set<attempt_key>& but) const;

  /// Ends and removes one group and, as sweep, waits for that.
  [[nodiscard]] bool end(const bequest& left) const;

  /// The group of an attempt of an earlier keeper; null if it is not there.
  [[nodiscard]] std::unique_ptr<cgroup> reopen(const bequest& left) const;

  /// Null if the kernel refuses; the tree must then be known in another way. Without
  /// `limits_processes` there is no v1 pids group, which would cost each start time.
  [[nodiscard]] std::unique_ptr<cgroup>
  make(const attempt_key& key, bool limits_processes = false) const;

  /// Whether a process is a member of one of these groups.
  [[nodiscard]] bool has(int pid) const;

private:
  /// Where the v1 groups of a controller are; empty if v2 has it, or nothing.
  [[nodiscard]] std::string settle_controller(const std::string& controller) const;
  [[nodiscard]] bool end_all(std::vector<std::string> left) const;

  std::string name_;
  std::string v2_;
  std::string v1_memory_;
  std::string v1_pids_;
  bool one_kill_ = false;
};

} // namespace troupe::keeper
