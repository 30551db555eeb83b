#include "actors/runs.hpp"
#include "actors/tokens.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// RUNS: when an attempt may start. The rules are in supervision/start_gate.hpp. Nobody
/// is told before all that is on disk is known: what ended, and whose limit was met.
namespace troupe {

void runs_state::start_asked(const ::troupe::start_asked& what) {
  gate_->asks(what.run_id, what.account);
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

void runs_state::note_end_of(const loaded_run& found) {
  const auto phase = found.record.view.phase;
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
  world.wake_after(*gate_wakes_ - now, self_->address(), token::gate);
}

} // namespace troupe
