#pragma once

#include "keeper/cgroups.hpp"
#include "keeper/children.hpp"
#include "keeper/poller.hpp"
#include "keeper/roster.hpp"
#include "keeper/spawn.hpp"
#include "keeper/succession.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::keeper {

/// What all attempts of one keeper stand on; the keeper owns it and outlives them.
struct ground {
  poller& waits;
  children& kids;
  const cgroups& groups;
  const roster& known;
  std::vector<std::string> hold; ///< argv of `troupe hold`; argv[0] is a path.
  int lock = -1;
  std::optional<rlimit> files; ///< What agents get as RLIMIT_NOFILE.
  std::optional<mode_t> umask; ///< What agents get.
  std::string oom_score_adj;   ///< What agents get.
};

/// The processes of one attempt: an agent and whatever it starts. Knows its members in
/// one of the ways that `tier` names, and so can end all of them and prove it.
class tree {
public:
  /// What happens to it. None may destroy the tree.
  struct events {
    std::function<void(launched)> started;
    std::function<void(std::string why, bool may_pass)> refused;
    /// The agent itself ended; `alone`: nothing else lives. Unknown if cause is 0.
    std::function<void(const ending&, bool alone)> exited;
    /// Look at alive() again.
    std::function<void()> changed;
    /// Its members can soon no longer be told from others: it must be ended now.
    std::function<void()> breaking;
  };

  virtual ~tree() = default;

  /// Once; `started` or `refused` follows, perhaps before this returns.
  virtual void start(launch what) = 0;
  [[nodiscard]] virtual tier proof() const = 0;
  /// The process that all members descend from; 0 if the cgroup tells them.
  [[nodiscard]] virtual int root_pid() const = 0;
  [[nodiscard]] virtual bool alive() const = 0;
  virtual void freeze(bool frozen) = 0;
  /// One round of SIGKILL to all members; call again until not alive.
  virtual void kill() = 0;
  [[nodiscard]] virtual memory_use memory() const = 0;
  /// Whether the kernel holds it to the limits it was planted with.
  [[nodiscard]] virtual bool memory_limited() const { return false; }
  [[nodiscard]] virtual bool processes_limited() const { return false; }
  /// Beyond that limit; nothing where nobody counts.
  [[nodiscard]] virtual std::optional<std::uint64_t> forks_refused() const {
    return {};
  }
  [[nodiscard]] virtual tree_use use() const = 0;
  /// What another keeper needs to know it again: paths, and descriptors that stay its
  /// own.
  virtual void describe(bequest& left, std::vector<int>& descriptors) const = 0;
};

/// A tree that an earlier keeper planted.
struct planted {
  spawned_report spawned;
  bool exited = false; ///< Its main process, as is known already.
  belongings things;
};

/// Nothing if it can be told no more: then it has ended, or must be ended otherwise.
/// `exited` and `changed` may follow, none of them before this returns.
[[nodiscard]] std::unique_ptr<tree>
replant(const ground& on, planted what, tree::events to);

/// In an own cgroup if there can be one, else below a hold. What cannot be limited here
/// is said in the log.
[[nodiscard]] std::unique_ptr<tree>
plant(const ground& on, const spawn_order& what, tree::events to);

} // namespace troupe::keeper
