#pragma once

#include "actors/roll.hpp"
#include "actors/watch_messages.hpp"

#include <caf/actor_addr.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// Who is to be told of which runs. The REGISTRY keeps one.
class watchers {
public:
  void put(const watch_runs& what, const watcher_actor& who);

  /// Whom a change of this run concerns, if they may see it.
  [[nodiscard]] std::vector<watcher_actor>
  of(const run_brief& run, bool listed, const roll& runs) const;

private:
  struct entry {
    watcher_actor who;
    watch_runs what;
  };

  void remove(const caf::actor_addr& who);

  std::map<caf::actor_addr, entry> all_;
  std::map<std::string, std::set<caf::actor_addr>> by_run_;
  std::set<caf::actor_addr> of_all_;
  std::set<caf::actor_addr> of_lists_;
};

} // namespace troupe
