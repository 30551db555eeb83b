#include "actors/watchers.hpp"

namespace troupe {

void watchers::put(const watch_runs& what, const watcher_actor& who) {
  const auto address = who.address();
  remove(address);
  if (what.run_ids.empty() && !what.all && !what.lists)
    return;
  for (const auto& run_id : what.run_ids)
    by_run_[run_id].insert(address);
  if (what.all)
    of_all_.insert(address);
  if (what.lists)
    of_lists_.insert(address);
  all_.insert_or_assign(address, entry{who, what});
}

void watchers::remove(const caf::actor_addr& who) {
  const auto node = all_.extract(who);
  if (node.empty())
    return;
  of_all_.erase(who);
  of_lists_.erase(who);
  for (const auto& run_id : node.mapped().what.run_ids)
    if (const auto it = by_run_.find(run_id); it != by_run_.end()) {
      it->second.erase(who);
      if (it->second.empty())
        by_run_.erase(it);
    }
}

std::vector<watcher_actor>
watchers::of(const run_brief& run, bool listed, const roll& runs) const {
  std::set<caf::actor_addr> concerned;
  if (const auto it = by_run_.find(run.run_id); it != by_run_.end())
    concerned = it->second;
  concerned.insert(of_all_.begin(), of_all_.end());
  if (listed)
    concerned.insert(of_lists_.begin(), of_lists_.end());
  std::vector<watcher_actor> told;
  for (const auto& each : concerned)
    if (const auto& known = all_.at(each); runs.may_see(*known.what.who, run))
      told.push_back(known.who);
  return told;
}

} // namespace troupe
