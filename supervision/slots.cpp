#include "supervision/slots.hpp"

#include <algorithm>
#include <utility>

namespace troupe::supervision {

bool slots::has_room_for(const std::string& parent) const {
  return holders_.size() < limit_ ||
         (holders_.contains(parent) && !children_.contains(parent));
}

bool slots::waits(const std::string& run_id) const {
  return std::ranges::any_of(lines_, [&](const line& each) {
    return std::ranges::find(each.waiting, run_id) != each.waiting.end();
  });
}

bool slots::asks(const std::string& run_id, const std::string& parent) {
  if (holders_.contains(run_id))
    return true;
  if (waits(run_id))
    return false;
  const auto own = std::ranges::find(lines_, parent, &line::parent);
  if (own != lines_.end()) {
    own->waiting.push_back(run_id);
    return false;
  }
  if (has_room_for(parent)) {
    takes(run_id, parent);
    return true;
  }
  lines_.push_back({parent, {run_id}});
  return false;
}

void slots::takes(const std::string& run_id, const std::string& parent) {
  if (holders_.emplace(run_id, parent).second && !parent.empty())
    ++children_[parent];
}

void slots::left(const std::string& run_id) {
  for (auto& each : lines_)
    std::erase(each.waiting, run_id);
  std::erase_if(lines_, [](const line& each) { return each.waiting.empty(); });
  const auto held = holders_.extract(run_id);
  if (!held)
    return;
  const auto parent = children_.find(held.mapped());
  if (parent != children_.end() && --parent->second == 0)
    children_.erase(parent);
}

std::vector<std::string> slots::due() {
  std::vector<std::string> released;
  const auto may_go = [&](const line& each) { return has_room_for(each.parent); };
  for (auto next = std::ranges::find_if(lines_, may_go); next != lines_.end();
       next = std::ranges::find_if(lines_, may_go)) {
    auto turn = std::move(*next);
    lines_.erase(next);
    takes(turn.waiting.front(), turn.parent);
    released.push_back(std::move(turn.waiting.front()));
    turn.waiting.pop_front();
    if (!turn.waiting.empty())
      lines_.push_back(std::move(turn));
  }
  return released;
}

std::string slots::cause_of(const std::string& run_id) const {
  if (!waits(run_id))
    return {};
  return "waits for its turn: " + std::to_string(limit_) +
         " runs may be live (limits.live_runs in troupe.yml)";
}

} // namespace troupe::supervision
