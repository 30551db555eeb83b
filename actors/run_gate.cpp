#include "actors/run.hpp"

#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

/// A RUN asks before each attempt, and tells how it ended (supervision/start_gate.hpp).
namespace troupe {

using supervision::run_event;

void run_state::ask_to_start(const std::optional<exit_reason>& after) {
  restart_after_ = after;
  asked_to_start_ = true;
  self_->send(
    supervisor_,
    start_asked{.run_id = record_.view.run_id, .account = launch_.account});
}

void run_state::leave_gate() {
  asked_to_start_ = false;
  record_.view.waits_for.reset();
  self_->send(
    supervisor_,
    start_asked{
      .run_id = record_.view.run_id, .account = launch_.account, .by_order = true});
}

void run_state::gate(const gate_said& word) {
  auto& v = record_.view;
  if (!asked_to_start_ || record_.stop_reason || final())
    return;
  if (word.go) {
    asked_to_start_ = false;
    v.waits_for.reset();
    if (!v.started_at)
      v.started_at = around_.world->wall();
    const bool ready = v.phase == run_phase::queued || v.phase == run_phase::resuming;
    if (ready || step(run_event::wait_over))
      start_attempt(restart_after_);
    return;
  }
  v.waits_for = word.cause;
  v.updated_at = around_.world->wall();
  json data{
    {"status", to_string(v.status)},
    {"phase", to_string(v.phase)},
    {"cause", word.cause}};
  emit({event_type::status_changed, {print_json(data)}});
  save();
  flush();
}

void run_state::tell_end() {
  auto ended = newest_end(record_, launch_.account);
  const auto n = static_cast<std::uint32_t>(record_.attempts.size());
  if (ended && std::exchange(end_told_, n) < n)
    self_->send(supervisor_, std::move(*ended));
}

std::optional<end_told>
newest_end(const store::run_record& record, const std::string& account) {
  if (record.attempts.empty() || !record.attempts.back().view.exit)
    return {};
  const auto& last = record.attempts.back().view;
  const bool parked = record.view.phase == run_phase::parked;
  return end_told{
    .run_id = record.view.run_id,
    .backend = record.view.backend,
    .account = account,
    .why = *last.exit,
    .at = last.ended_at.value_or(record.view.updated_at),
    .until = parked ? record.next_start : std::nullopt};
}

} // namespace troupe
