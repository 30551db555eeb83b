#include "actors/sync_queue.hpp"

#include <utility>

namespace troupe {

void sync_queue::wrote(std::string path) {
  fresh_.insert(std::move(path));
}

void sync_queue::owe(ticket who, std::set<std::string> paths) {
  waiting_.push_back({who, std::move(paths)});
}

bool sync_queue::wants_tick() {
  return !fresh_.empty() && !std::exchange(ticking_, true);
}

void sync_queue::tick() {
  ticking_ = false;
  due_.merge(fresh_);
  fresh_.clear();
}

std::set<std::string> sync_queue::take_waiters() {
  std::set<std::string> chosen;
  const auto has_room_for = [&](const waiter& next) {
    return chosen.empty() || chosen.size() + next.paths.size() <= batch_max;
  };
  while (!waiting_.empty() && has_room_for(waiting_.front())) {
    chosen.insert(waiting_.front().paths.begin(), waiting_.front().paths.end());
    served_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  for (const auto& path : chosen) {
    fresh_.erase(path);
    due_.erase(path);
  }
  return chosen;
}

std::set<std::string> sync_queue::take_due() {
  std::set<std::string> chosen;
  while (!due_.empty() && chosen.size() < batch_max)
    chosen.insert(due_.extract(due_.begin()));
  return chosen;
}

std::vector<std::string> sync_queue::next(lane which) {
  auto& batch = batches_.at(static_cast<std::size_t>(which));
  if (!batch.empty())
    return {};
  const auto chosen = which == lane::awaited ? take_waiters() : take_due();
  batch.assign(chosen.begin(), chosen.end());
  return batch;
}

std::vector<sync_queue::outcome>
sync_queue::settle(lane which, const std::map<std::string, std::string>& failed) {
  batches_.at(static_cast<std::size_t>(which)).clear();
  std::vector<outcome> outcomes;
  if (which == lane::grouped)
    return outcomes;
  for (const auto& each : std::exchange(served_, {})) {
    outcome of{each.who, {}};
    for (const auto& [path, why] : failed)
      if (each.paths.contains(path))
        of.failure = why;
    outcomes.push_back(std::move(of));
  }
  return outcomes;
}

} // namespace troupe
