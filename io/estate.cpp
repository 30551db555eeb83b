#include "io/estate.hpp"

#include <algorithm>
#include <utility>

namespace troupe::io {

void estate::note(const keeper::report& what, std::vector<descriptor> beside) {
  if (const auto* will = std::get_if<keeper::will_report>(&what)) {
    will_ = *will;
  } else if (std::holds_alternative<keeper::dismiss_report>(what)) {
    dismissed_ = true;
  } else if (const auto* kept = std::get_if<keeper::kept_report>(&what)) {
    note_kept(*kept);
  } else if (const auto* closed = std::get_if<keeper::closed_report>(&what)) {
    note_closed(closed->key);
  } else if (const auto* spawned = std::get_if<keeper::spawned_report>(&what)) {
    if (spawned->refusal || !spawned->left)
      return;
    auto& mine = holdings_[spawned->key];
    mine.known.spawned = *spawned;
    mine.things = std::move(beside);
    if (mine.things.size() != spawned->left->beside.size())
      mine.things.clear();
  } else if (const auto* exited = std::get_if<keeper::exited_report>(&what)) {
    if (const auto mine = holdings_.find(exited->key); mine != holdings_.end())
      mine->second.known.exited = *exited;
  } else if (const auto* gone = std::get_if<keeper::gone_report>(&what)) {
    if (const auto mine = holdings_.find(gone->key); mine != holdings_.end()) {
      mine->second.known.gone = *gone;
      mine->second.things.clear();
    }
  }
}

void estate::note_closed(const keeper::attempt_key& key) {
  const auto mine = holdings_.find(key);
  if (mine == holdings_.end() || !mine->second.known.spawned.left)
    return;
  const auto& names = mine->second.known.spawned.left->beside;
  auto& things = mine->second.things;
  for (std::size_t i = 0; i < std::min(names.size(), things.size()); ++i)
    if (names[i] == keeper::belonging::input || names[i] == keeper::belonging::spool)
      things[i].reset();
}

/// Those that are gone come in no other report.
void estate::note_kept(const keeper::kept_report& what) {
  for (const auto& each : what.attempts) {
    auto& known = holdings_[each.spawned.key].known;
    if (!known.spawned.left)
      known.spawned = each.spawned;
    known.exited = each.exited;
    known.gone = each.gone;
  }
}

void estate::forget(const keeper::attempt_key& key) {
  const auto mine = holdings_.find(key);
  if (mine != holdings_.end() && mine->second.known.gone)
    holdings_.erase(mine);
}

error estate::succeed(int lock, int listener) const {
  if (!will_)
    return {errc::not_found, "the keeper left no will"};
  keeper::manifest all{
    .lock = lock, .listener = listener, .will = *will_, .attempts = {}};
  for (const auto& [key, mine] : holdings_) {
    auto known = mine.known;
    known.descriptors.clear();
    for (const auto& thing : mine.things)
      known.descriptors.push_back(thing.get());
    all.attempts.push_back(std::move(known));
  }
  return keeper::become_keeper(will_->argv, all);
}

} // namespace troupe::io
