#include "actors/log.hpp"
#include "actors/runs.hpp"
#include "actors/tokens.hpp"
#include "supervision/health.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// RUNS: when an attempt may start. The rules are in supervision/start_gate.hpp. Nobody
/// is told before all that is on disk is known: what ended, and whose limit was met.
namespace troupe {

namespace {

constexpr std::uint64_t mebibyte = 1 << 20;
constexpr std::uint64_t disk_enough_mb = supervision::disk_floor_mb * 5 / 4;
constexpr std::chrono::seconds look_again_after{1};
constexpr std::chrono::seconds disk_every{5};

} // namespace

void runs_state::start_asked(const ::troupe::start_asked& what) {
  const auto live = live_.find(what.run_id);
  if (live == live_.end())
    return;
  if (what.by_order)
    gate_->starts_by_order(what.run_id);
  else
    gate_->asks(
      what.run_id, live->second.brief.parent_run_id.value_or(""), what.account);
  if (!gate_->held())
    mind_the_disk();
  serve_gate();
}

const headroom& runs_state::room_left() {
  const auto now = setup_.around.world->now();
  if (!looked_at_ || now - *looked_at_ >= look_again_after) {
    room_left_ = setup_.look_around();
    looked_at_ = now;
  }
  return room_left_;
}

void runs_state::mind_the_disk() {
  const auto left = room_left().disk_bytes;
  const auto wanted = gate_->held() ? disk_enough_mb : supervision::disk_floor_mb;
  if (left && *left < wanted * mebibyte) {
    if (!gate_->held())
      log_warn("disk full free_mb={}", *left / mebibyte);
    gate_->hold(
      "waits for room on the disk: runs leave " +
      std::to_string(supervision::disk_floor_mb) + " MiB free; delete something");
    setup_.around.world->wake_after(disk_every, self_->address(), token::disk);
  } else if (gate_->held()) {
    log_info("disk has_room free_mb={}", left.value_or(0) / mebibyte);
    gate_->lift();
  }
  serve_gate();
}

void runs_state::end_told(const ::troupe::end_told& what) {
  auto& world = *setup_.around.world;
  const auto now = world.now();
  const auto moment_of = [&](timestamp at) {
    return now + supervision::moment(at.ms - world.wall().ms);
  };
  supervision::attempt_end ended{
    .run_id = what.run_id,
    .backend = what.backend,
    .account = what.account,
    .why = what.why,
    .at = std::min(now, moment_of(what.at)),
    .wall = what.at,
    .until = {},
    .again = what.until};
  if (what.until)
    ended.until = moment_of(*what.until);
  gate_->ended(ended, now, world.dice());
  serve_gate();
}

void runs_state::recall(const loaded_run& found) {
  const auto& v = found.record.view;
  const auto phase = v.phase;
  if (phase != run_phase::queued)
    gate_->was_live(v.run_id, v.parent_run_id.value_or(""));
  if (!found.launch || (phase != run_phase::backing_off && phase != run_phase::parked))
    return;
  if (const auto ended = newest_end(found.record, found.launch->account))
    end_told(*ended);
}

void runs_state::serve_gate() {
  if (!open_)
    return;
  auto& world = *setup_.around.world;
  const auto now = world.now();
  for (auto& word : gate_->words(now)) {
    const auto live = live_.find(word.run_id);
    if (live != live_.end() && live->second.actor)
      self_->send(
        live->second.actor, gate_said{.go = word.go, .cause = std::move(word.cause)});
  }
  const auto next = gate_->next_check();
  if (!next || (gate_wakes_ && *gate_wakes_ <= *next))
    return;
  gate_wakes_ = std::max(*next, now);
  world.wake_after(
    *gate_wakes_ - now, self_->address(), token::gate | ++gate_generation_);
}

void runs_state::gate_due(std::uint64_t fired) {
  if (fired != (token::gate | gate_generation_))
    return;
  gate_wakes_.reset();
  serve_gate();
}

} // namespace troupe
