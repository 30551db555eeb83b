#include "mcp/open_calls.hpp"

#include <algorithm>

namespace troupe::mcp {

bool open_calls::full() const {
  return wanted_ >= wanted_max || calls_.size() >= working_max;
}

bool open_calls::has(const json& id) const {
  return std::ranges::any_of(calls_, [&](const auto& entry) {
    return !entry.second.dropped && entry.second.asked.id == id;
  });
}

std::uint64_t open_calls::add(open_call call) {
  calls_.emplace(next_, std::move(call));
  ++wanted_;
  return next_++;
}

const open_call* open_calls::wanted(std::uint64_t number) const {
  const auto it = calls_.find(number);
  return it == calls_.end() || it->second.dropped ? nullptr : &it->second;
}

std::optional<open_call> open_calls::take(std::uint64_t number) {
  auto node = calls_.extract(number);
  if (node.empty())
    return {};
  wanted_ -= node.mapped().dropped ? 0 : 1;
  return std::move(node.mapped());
}

const open_call* open_calls::drop(const json& id) {
  for (auto& [number, call] : calls_)
    if (!call.dropped && call.asked.id == id) {
      call.dropped = true;
      --wanted_;
      return &call;
    }
  return nullptr;
}

} // namespace troupe::mcp
