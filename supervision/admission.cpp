#include "supervision/admission.hpp"

#include <chrono>

namespace troupe::supervision {

using namespace std::chrono_literals;

namespace {

constexpr moment rate_window = 1min;

std::string number(std::uint32_t n) {
  return std::to_string(n);
}

} // namespace

admission::admission(const admission_limits& limits) : limits_(limits) {}

result<void> admission::admit_at(std::uint32_t depth) const {
  if (depth > limits_.depth)
    return fail(
      errc::refused,
      "an agent at this depth may not start runs: this one would be at depth " +
        number(depth) + ", the limit is " + number(limits_.depth) +
        " (limits.depth in troupe.yml); do the work yourself");
  return {};
}

result<void> admission::admit_beside(const headroom& left) const {
  constexpr std::uint64_t mebibyte = 1 << 20;
  constexpr auto then = " in troupe.yml); wait for a run to end or cancel one";
  if (left.memory_bytes && *left.memory_bytes < limits_.free_memory_mb * mebibyte)
    return fail(
      errc::busy,
      "the machine has " + std::to_string(*left.memory_bytes / mebibyte) +
        " MiB of memory left, a new run needs " + number(limits_.free_memory_mb) +
        " (limits.free_memory_mb" + then);
  if (left.descriptors && *left.descriptors < limits_.free_descriptors)
    return fail(
      errc::busy,
      "the daemon may open " + std::to_string(*left.descriptors) +
        " more files, a new run needs " + number(limits_.free_descriptors) +
        " (limits.free_descriptors" + then +
        ", or raise its limit of open files (ulimit -n)");
  return {};
}

result<void> admission::admit_below(const std::optional<std::string>& parent) const {
  if (live_ >= std::uint64_t{limits_.live_runs} + limits_.queue)
    return fail(
      errc::busy,
      number(live_) +
        (limits_.queue == 0 ? " runs are live" : " runs are live or wait for a place") +
        ", the limit is " + number(limits_.live_runs) + " (limits.live_runs" +
        (limits_.queue == 0 ? ""
                            : ") and " + number(limits_.queue) + " (limits.queue") +
        " in troupe.yml); wait for one to end or cancel one");
  if (parent && children_of(*parent) >= limits_.children_per_parent)
    return fail(
      errc::busy,
      "run " + *parent + " has " + number(children_of(*parent)) +
        " live children, the limit is " + number(limits_.children_per_parent) +
        " (limits.children_per_parent in troupe.yml); wait for one to end or cancel "
        "one");
  return {};
}

result<void>
admission::admit(const spawn_request& request, moment now, const headroom& left) {
  forget_older(now);
  if (auto deep_enough = admit_at(request.depth); !deep_enough)
    return deep_enough;
  if (auto place = admit_below(request.parent_run_id); !place)
    return place;
  if (auto room = admit_beside(left); !room)
    return room;
  if (recent_.size() >= limits_.spawns_per_minute) {
    const auto wait =
      recent_.empty() ? rate_window : recent_.front() + rate_window - now;
    return fail(
      errc::busy,
      std::to_string(recent_.size()) +
        " runs were started within a minute, the limit is " +
        number(limits_.spawns_per_minute) +
        " (limits.spawns_per_minute in troupe.yml); try again in " +
        std::to_string(std::chrono::ceil<std::chrono::seconds>(wait).count()) + " s");
  }
  recent_.push_back(now);
  readmit(request);
  return {};
}

void admission::readmit(const spawn_request& request) {
  ++live_;
  if (request.parent_run_id)
    ++children_[*request.parent_run_id];
}

void admission::release(const std::optional<std::string>& parent_run_id) {
  if (live_ > 0)
    --live_;
  if (!parent_run_id)
    return;
  const auto it = children_.find(*parent_run_id);
  if (it != children_.end() && --it->second == 0)
    children_.erase(it);
}

void admission::forget_older(moment now) {
  while (!recent_.empty() && now - recent_.front() >= rate_window)
    recent_.pop_front();
}

std::uint32_t admission::children_of(const std::string& parent_run_id) const {
  const auto it = children_.find(parent_run_id);
  return it == children_.end() ? 0 : it->second;
}

} // namespace troupe::supervision
