#include "actors/run.hpp"

#include "protocol/identity.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// A RUN that a start finds unfinished, or whose actor died.
namespace troupe {

using supervision::run_event;

void run_state::recover(run_setup& found) {
  const auto phase = record_.view.phase;
  auto& v = record_.view;
  asked_before_ = std::exchange(v.pending, {});
  if (!record_.attempts.empty() && !record_.attempts.back().over)
    recall_messages(record_, found.loaded.inputs);
  v.waits_for.reset();
  if (const auto ended_as = found.loaded.ended_as) {
    v.phase = *ended_as;
    v.status = status_of(*ended_as);
    if (!record_.attempts.empty())
      record_.attempts.back().over = true;
    if (found.kept)
      unforgotten_.insert(found.kept->spawned.key.attempt);
    return flush();
  }
  if (phase == run_phase::queued)
    return;
  if (seq_ == 0)
    introduce();
  if (!record_.attempts.empty() && !record_.attempts.back().over)
    return adopt_attempt(found);
  if (phase == run_phase::stopping)
    return conclude(run_event::stopped, {.reason = stop_kind_});
  if (v.exit)
    return conclude(v.error ? run_event::ended_badly : run_event::ended_well, *v.exit);
  const auto why =
    record_.attempts.empty() ? std::nullopt : record_.attempts.back().view.exit;
  if (phase == run_phase::backing_off || phase == run_phase::parked) {
    restart_after_ = why;
    if (record_.restart_order)
      return obey_restart_order();
    return wait_for_next(time_to(record_.next_start.value_or(timestamp{})));
  }
  if (phase == run_phase::resuming || record_.attempts.empty())
    return ask_to_start(why);
  decide(why.value_or(exit_reason{}));
}

void run_state::adopt_attempt(run_setup& found) {
  auto setup = setup_of(record_.attempts.back());
  const auto& told = found.loaded.last_src;
  const bool was_heard = told && told->attempt == setup.n;
  if (record_.stop_reason)
    setup.stop =
      stop_attempt{.why = exit_kind::cancelled, .detail = *record_.stop_reason};
  if (!found.kept && !found.loaded.has_transcript && !was_heard)
    begin_again(std::move(setup), std::move(found.loaded.inputs));
  else
    adopt(std::move(setup), found);
  if (!record_.stop_reason && record_.restart_order)
    obey_restart_order();
}

void run_state::adopt(attempt_setup setup, run_setup& found) {
  setup.adopted = true;
  setup.kept = std::move(found.kept);
  setup.inputs = std::move(found.loaded.inputs);
  setup.token = std::move(found.loaded.token);
  const auto& told = found.loaded.last_src;
  if (told && told->attempt == setup.n)
    setup.watermark = told;
  launch(std::move(setup));
}

/// The keeper was never told to start it: it makes the transcript before the agent.
void run_state::begin_again(attempt_setup setup, std::vector<agent_input> recorded) {
  std::optional<exit_reason> after;
  if (const auto count = record_.attempts.size(); count > 1)
    after = record_.attempts[count - 2].view.exit;
  setup.inputs = std::move(recorded);
  auto planned = first_inputs(after);
  for (auto i = setup.inputs.size(); i < planned.size(); ++i)
    setup.inputs.push_back(std::move(planned[i]));
  equip(setup);
  launch(std::move(setup));
}

} // namespace troupe
