#include "actors/sync_queue.hpp"

#include <utility>

namespace troupe {

void sync_queue::wrote(std::string path) {
  fresh_.insert(std::move(path));
}

void sync_queue::await(ticket who, std::set<std::string> paths) {
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

std::vector<std::string> sync_queue::next() {
  if (!batch_.empty())
    return {};
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
  while (!due_.empty() && chosen.size() < along_max)
    chosen.insert(due_.extract(due_.begin()));
  batch_.assign(chosen.begin(), chosen.end());
  return batch_;
}

std::vector<sync_queue::outcome>
sync_queue::settle(const std::map<std::string, std::string>& failed) {
  batch_.clear();
  std::vector<outcome> outcomes;
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
