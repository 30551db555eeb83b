#include "actors/run.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// A RUN that is restarted by order: its attempt is ended, and another begins, however
/// many restarts policy has left. The order is on disk before it is answered or done.
namespace troupe {

using supervision::run_event;

caf::result<restarted_run> run_state::restart(const asked<restart_run>& question) {
  auto& v = record_.view;
  const restarted_run answer{
    .run_id = v.run_id,
    .status = v.status,
    .phase = v.phase,
    .next_attempt = static_cast<std::uint32_t>(record_.attempts.size()) + 1};
  const bool asked_before =
    !question.key.empty() &&
    std::ranges::find(record_.keys, question.key) != record_.keys.end();
  if (asked_before || (record_.restart_order && !record_.stop_reason))
    return answer;
  if (final() || v.phase == run_phase::finishing || v.phase == run_phase::stopping)
    return to_caf(error{
      errc::ended,
      "run " + v.run_id +
        " is ending or has ended; once it has, go on with it with continue_run, or "
        "start another with spawn_run"});
  if (v.phase == run_phase::queued)
    return to_caf(error{
      errc::conflict,
      "run " + v.run_id + " has not begun: it " +
        v.waits_for.value_or("waits for the run before it in its conversation")});
  record_.restart_order = question.what.mode;
  if (!question.key.empty())
    record_.keys.push_back(question.key);
  if (!attempt_)
    ++wait_generation_;
  auto promise = self_->make_response_promise<restarted_run>();
  save_then([this, promise, answer] {
    obey_restart_order();
    auto to = promise;
    to.deliver(answer);
  });
  return promise;
}

void run_state::obey_restart_order() {
  if (!record_.restart_order || record_.stop_reason)
    return;
  if (!attempt_)
    return start_by_order(restart_after_.value_or(exit_reason{}));
  self_->send<caf::message_priority::high>(
    attempt_,
    stop_attempt{.why = exit_kind::cancelled, .detail = "a restart was ordered"});
}

void run_state::start_by_order(const exit_reason& why) {
  restart_mode_ = *std::exchange(record_.restart_order, std::nullopt);
  leave_gate();
  record_.view.result.reset();
  step(run_event::attempt_over);
  const std::string mode = restart_mode_ == restart_mode::resume ? "resume" : "fresh";
  if (step(run_event::wait_over, "restarted by order, mode " + mode))
    start_attempt(why);
}

} // namespace troupe
