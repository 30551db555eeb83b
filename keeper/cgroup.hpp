#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/tree_use.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace troupe::keeper {

/// What a group knows of its members' memory.
struct memory_use {
  std::optional<std::uint32_t> peak_mb;
  std::optional<std::uint64_t> oom_kills; ///< Nothing: no counter, so no proof.
};

/// Directories of one attempt's groups; the v1 ones are empty where v2 has the
/// controller, nothing has, or no limit is wanted of it.
struct group_paths {
  std::string v2;
  std::string v1_memory;
  std::string v1_pids;
};

/// The control groups of one attempt: one in cgroup v2, which knows the members, and
/// perhaps one each of the v1 memory and pids controllers, which limit them. All are
/// removed with this object if nothing lives in them. Kernel documentation:
/// cgroup-v2.rst, v1/memory.rst, v1/pids.rst.
class cgroup {
public:
  /// Takes existing directories. `one_kill`: whether cgroup.kill may be used.
  cgroup(group_paths at, bool one_kill);
  ~cgroup();
  cgroup(const cgroup&) = delete;
  cgroup& operator=(const cgroup&) = delete;

  [[nodiscard]] const group_paths& paths() const { return at_; }
  [[nodiscard]] int directory() const { return directory_.get(); } ///< For INTO_CGROUP.
  [[nodiscard]] int events() const { return events_.get(); } ///< EPOLLPRI until read.

  /// cgroup.procs of the v1 groups; -1 where there is none.
  [[nodiscard]] std::array<int, 2> procs() const {
    return {memory_procs_.get(), pids_procs_.get()};
  }

  /// False if there is no memory controller here, or it refuses. In v2 the members are
  /// slowed down at 15/16 of it (memory.high), and end together when it is reached.
  [[nodiscard]] bool limit_memory(std::uint32_t mb);
  /// As limit_memory, of the pids controller; threads count, and fork fails beyond it.
  [[nodiscard]] bool limit_processes(std::uint32_t most);
  [[nodiscard]] memory_use memory() const;
  /// How often a fork or a new thread was refused; nothing where nobody counts.
  [[nodiscard]] std::optional<std::uint64_t> forks_refused() const;

  /// CPU time, memory and its peak from the files of the groups where there are such,
  /// else from the members.
  [[nodiscard]] tree_use use() const;

  /// Whether a member lives, in subgroups too. Reads what `events` announced: whoever
  /// watches it asks, or is told again at once.
  [[nodiscard]] bool populated() const;
  void freeze(bool frozen);
  /// SIGKILL to all members; call again until not populated.
  void kill();
  /// False while something lives in it.
  bool remove();

private:
  void kill_listed();
  [[nodiscard]] const std::string& pids() const {
    return at_.v1_pids.empty() ? at_.v2 : at_.v1_pids;
  }
  [[nodiscard]] std::optional<std::uint64_t> memory_now() const;

  group_paths at_;
  bool one_kill_;
  descriptor directory_;
  descriptor events_;
  descriptor memory_procs_;
  descriptor pids_procs_;
};

/// Removes a group and the groups in it, deepest first; false while something lives
/// there.
bool remove_groups(const std::string& path);

} // namespace troupe::keeper
