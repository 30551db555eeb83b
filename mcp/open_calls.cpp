#include "mcp/open_calls.hpp"

#include <algorithm>

namespace troupe::mcp {

bool open_calls::full() const {
  return wanted_ >= wanted_max || calls_.size() >= working_max;
}

bool open_calls::has(const json& id) const {
  return number_of(id).has_value();
}

std::uint64_t open_calls::add(open_call call) {
  calls_.emplace(next_, std::move(call));
  ++wanted_;
  return next_++;
}

open_call* open_calls::wanted(std::uint64_t number) {
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

std::optional<std::uint64_t> open_calls::number_of(const json& id) const {
  const auto it = std::ranges::find_if(calls_, [&](const auto& entry) {
    return !entry.second.dropped && entry.second.asked->id == id;
  });
  return it == calls_.end() ? std::nullopt : std::optional(it->first);
}

std::optional<std::uint64_t> open_calls::awaiting(const std::string& id) const {
  const auto it = std::ranges::find_if(
    calls_, [&](const auto& entry) { return entry.second.awaited.contains(id); });
  return it == calls_.end() ? std::nullopt : std::optional(it->first);
}

std::vector<std::uint64_t> open_calls::awaiting() const {
  std::vector<std::uint64_t> numbers;
  for (const auto& [number, call] : calls_)
    if (!call.awaited.empty())
      numbers.push_back(number);
  return numbers;
}

void open_calls::drop(std::uint64_t number) {
  if (auto* call = wanted(number)) {
    call->dropped = true;
    --wanted_;
  }
}

} // namespace troupe::mcp
