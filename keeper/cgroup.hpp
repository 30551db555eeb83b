#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/tree_use.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::keeper {

/// What a group knows of its members' memory.
struct memory_use {
  std::optional<std::uint32_t> peak_mb;
  std::optional<std::uint64_t> oom_kills; ///< Nothing: no counter, so no proof.
};

/// The control groups of one attempt: one in cgroup v2, which knows the members, and
/// perhaps one of the v1 memory controller, which limits them. Both are removed with
/// this object if nothing lives in them. Kernel documentation: cgroup-v2.rst,
/// v1/memory.rst.
class cgroup {
public:
  /// Takes existing directories; `v1_memory` may be empty. `one_kill`: whether
  /// cgroup.kill may be used.
  cgroup(std::string v2, std::string v1_memory, bool one_kill);
  ~cgroup();
  cgroup(const cgroup&) = delete;
  cgroup& operator=(const cgroup&) = delete;

  [[nodiscard]] const std::string& path() const { return v2_; }
  [[nodiscard]] const std::string& memory_path() const { return v1_memory_; }
  [[nodiscard]] int directory() const { return directory_.get(); } ///< For INTO_CGROUP.
  [[nodiscard]] int procs() const { return v1_procs_.get(); } ///< Of v1; -1 if none.
  [[nodiscard]] int events() const { return events_.get(); }  ///< EPOLLPRI until read.

  /// False if there is no memory controller here, or it refuses. In v2 the members are
  /// slowed down at 15/16 of it (memory.high), and end together when it is reached.
  [[nodiscard]] bool limit_memory(std::uint32_t mb);
  [[nodiscard]] memory_use memory() const;

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
  [[nodiscard]] std::optional<std::uint64_t> memory_now() const;

  std::string v2_;
  std::string v1_memory_;
  bool one_kill_;
  descriptor directory_;
  descriptor events_;
  descriptor v1_procs_;
};

/// Removes a group and the groups in it, deepest first; false while something lives
/// there.
bool remove_groups(const std::string& path);

} // namespace troupe::keeper
