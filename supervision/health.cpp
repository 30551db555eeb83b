#include "supervision/health.hpp"

#include <algorithm>
#include <utility>

namespace troupe::supervision {

using namespace std::chrono_literals;
using std::chrono::seconds;

namespace {

constexpr moment check_interval_max = 1min;
constexpr std::uint64_t mebibyte = 1024 * 1024;

std::string spent(std::string_view what, std::uint32_t limit_s, std::string_view name) {
  return std::string(what) + " " + std::to_string(limit_s) + " s, the limit (limits." +
         std::string(name) + ")";
}

health_finding ends(exit_kind reason, std::string detail) {
  return {.end = true, .reason = reason, .detail = std::move(detail)};
}

} // namespace

health::health(const run_limits& limits, moment started, moment run_time_before)
  : limits_(limits), started_(started), run_time_before_(run_time_before),
    silence_(limits.idle_s) {}

void health::heard(moment now, std::uint64_t stdout_bytes, std::uint64_t oldest_tool) {
  silence_.heard(active(now));
  stdout_bytes_ = std::max(stdout_bytes_, stdout_bytes);
  if (std::exchange(oldest_tool_, oldest_tool) != oldest_tool)
    tool_since_ = active(now);
  heard_ = true;
}

void health::worked(moment now, const tree_work& seen) {
  silence_.worked(active(now), seen);
}

bool health::take_look(moment now) {
  return !ended_ && !paused_at_ && listens() && silence_.take_look(active(now));
}

void health::turn_began(moment now) {
  turn_began_ = active(now);
  turn_over_ = false;
}

void health::turn_ended(moment) {
  turn_began_.reset();
  turn_over_ = true;
}

void health::paused(moment now) {
  if (!paused_at_)
    paused_at_ = std::max(now, started_);
}

void health::resumed(moment now) {
  if (paused_at_)
    paused_total_ += std::max(now - *paused_at_, 0ms);
  paused_at_.reset();
}

std::optional<health_finding> health::check(moment now, std::uint64_t disk_free_bytes) {
  if (ended_)
    return {};
  auto found = overflow(disk_free_bytes);
  const auto due = nearest();
  if (!found && !paused_at_ && due && due->at <= active(now))
    found = finding_of(due->which, active(now));
  if (found)
    ended_ = found->end;
  return found;
}

moment health::next_check(moment now) const {
  if (ended_ || paused_at_)
    return now + check_interval_max;
  auto wait = check_interval_max;
  if (const auto due = nearest())
    wait = std::min(wait, due->at - active(now));
  if (const auto look = silence_.next_look(); look && listens())
    wait = std::min(wait, *look - active(now));
  return now + std::max(wait, moment{0});
}

moment health::run_time(moment now) const {
  return run_time_before_ + active(now);
}

moment health::active(moment now) const {
  return std::max(paused_at_.value_or(now) - started_ - paused_total_, moment{0});
}

std::optional<health::deadline> health::nearest() const {
  std::optional<deadline> first;
  const auto offer = [&](moment at, clock which) {
    if (!first || at < first->at)
      first = deadline{at, which};
  };
  if (starting_up())
    offer(seconds{*limits_.startup_s}, clock::startup);
  if (limits_.wall_s)
    offer(seconds{*limits_.wall_s} - run_time_before_, clock::wall);
  if (limits_.turn_s && turn_began_)
    offer(*turn_began_ + seconds{*limits_.turn_s}, clock::turn);
  if (limits_.tool_s && oldest_tool_ != 0)
    offer(tool_since_ + seconds{*limits_.tool_s}, clock::tool);
  if (const auto next = silence_.next_step(); next && listens())
    offer(*next, clock::silence);
  return first;
}

std::optional<health_finding> health::finding_of(clock which, moment at) {
  switch (which) {
  case clock::startup:
    return ends(
      exit_kind::hung,
      spent("said nothing since it was started", *limits_.startup_s, "startup_s"));
  case clock::tool:
    return ends(
      exit_kind::timeout, spent("a tool call took", *limits_.tool_s, "tool_s"));
  case clock::turn:
    return ends(exit_kind::timeout, spent("its turn took", *limits_.turn_s, "turn_s"));
  case clock::wall: {
    auto found =
      ends(exit_kind::timeout, spent("the run took", *limits_.wall_s, "wall_s"));
    found.for_good = true;
    return found;
  }
  case clock::silence:
    break;
  }
  const auto step = silence_.due(at);
  if (step == silence_step::none)
    return {};
  return health_finding{
    .end = step == silence_step::end,
    .nudge = step == silence_step::nudge,
    .reason = exit_kind::hung,
    .detail = silence_.describe(at)};
}

std::optional<health_finding> health::overflow(std::uint64_t disk_free_bytes) const {
  if (stdout_bytes_ > limits_.output_mb * mebibyte)
    return ends(
      exit_kind::output,
      "wrote more than " + std::to_string(limits_.output_mb) +
        " MiB, the limit (limits.output_mb)");
  if (disk_free_bytes < disk_floor_mb * mebibyte)
    return ends(
      exit_kind::disk,
      "the disk has " + std::to_string(disk_free_bytes / mebibyte) +
        " MiB left, less than the " + std::to_string(disk_floor_mb) +
        " MiB that runs must leave free");
  return {};
}

} // namespace troupe::supervision
