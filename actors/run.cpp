#include "actors/run.hpp"

#include "actors/bounds.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/new_run.hpp"
#include "actors/tokens.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// A RUN's questions and answers.
namespace troupe {

namespace {

constexpr std::size_t waiting_max = 256;

} // namespace

void run_state::start(surroundings around, run_setup setup) {
  around_ = std::move(around);
  registry_ = std::move(setup.registry);
  notifier_ = std::move(setup.notifier);
  supervisor_ = std::move(setup.supervisor);
  post_ = std::move(setup.post);
  record_ = std::move(setup.loaded.record);
  env_ = std::move(setup.env);
  if (setup.loaded.launch)
    launch_ = std::move(*setup.loaded.launch);
  backend_ = agents::find_backend(launch_.backend_type);
  history_.emplace(launch_.restart);
  restart_mode_ = launch_.restart.mode;
  seq_ = told_seq_ = setup.loaded.last_seq;
  shown_ = record_.view.phase;
  if (!record_.attempts.empty() && record_.attempts.back().over)
    end_told_ = record_.attempts.back().view.n;
  if (setup.recovered)
    recover(setup);
}

run_view run_state::view() const {
  auto shown = record_.view;
  shown.phase = shown_;
  shown.status = status_of(shown_);
  shown.last_seq = told_seq_;
  shown.attempts.clear();
  for (const auto& each : record_.attempts)
    shown.attempts.push_back(each.view);
  return shown;
}

caf::result<run_view> run_state::show() {
  if (!attempt_)
    return view();
  auto promise = self_->make_response_promise<run_view>();
  self_->request(attempt_, deadline::look, ask_use{})
    .then(
      [this, promise](const use_now& now) mutable {
        auto shown = view();
        if (!shown.attempts.empty() && !shown.attempts.back().ended_at) {
          auto& newest = shown.attempts.back();
          newest.memory_mb = now.memory_mb;
          newest.peak_memory_mb = now.peak_memory_mb;
          newest.usage = now.spent;
        }
        promise.deliver(std::move(shown));
      },
      [this, promise](const caf::error&) mutable { promise.deliver(view()); });
  return promise;
}

run_brief run_state::brief() const {
  auto shown = brief_of(record_.view);
  shown.phase = shown_;
  shown.status = status_of(shown_);
  shown.last_seq = told_seq_;
  return shown;
}

cancelled_run run_state::cancelled() const {
  cancelled_run shown{
    .run_id = record_.view.run_id,
    .status = status_of(shown_),
    .phase = shown_,
    .cancelled_at = {},
    .proof = {}};
  if (shown.status != run_status::cancelled)
    return shown;
  shown.cancelled_at = record_.view.updated_at;
  if (!record_.attempts.empty())
    shown.proof = record_.attempts.back().view.proof;
  return shown;
}

caf::result<event_page> run_state::poll(const poll_events& question) {
  if (auto wrong = out_of_bounds(question))
    return to_caf(std::move(*wrong));
  const bool wait =
    question.after_seq >= told_seq_ && !is_final(shown_) && question.wait_ms > 0;
  if (wait && pollers_.size() >= waiting_max)
    return to_caf(error{errc::busy, "too many clients wait for events of this run"});
  auto promise = self_->make_response_promise<event_page>();
  if (!wait) {
    serve({promise, question});
    return promise;
  }
  const auto id = ++next_token_;
  pollers_.emplace(id, poller{promise, question});
  around_.world->wake_after(
    std::chrono::milliseconds(question.wait_ms), self_->address(), token::poll | id);
  return promise;
}

caf::result<cancelled_run> run_state::cancel(const asked<cancel_run>& question) {
  const auto& what = question.what;
  if (auto wrong = out_of_bounds(what))
    return to_caf(std::move(*wrong));
  if (is_final(shown_))
    return cancelled();
  if (cancellers_.size() >= waiting_max)
    return to_caf(error{errc::busy, "too many clients wait for the end of this run"});
  const std::string by = question.who && question.who->run_id
                           ? "by run " + *question.who->run_id
                           : std::string("by order");
  auto promise = self_->make_response_promise<cancelled_run>();
  const auto id = ++next_token_;
  cancellers_.emplace(id, promise);
  order_stop(
    exit_kind::cancelled,
    what.reason.value_or("cancelled " + by),
    [this, id, wait = std::chrono::milliseconds(what.wait_ms)] {
      around_.world->wake_after(wait, self_->address(), token::cancel | id);
    });
  return promise;
}

caf::result<stopped_run> run_state::stop(const stop_run& order) {
  if (is_final(shown_))
    return stopped_run{.brief = brief()};
  stoppers_.push_back(self_->make_response_promise<stopped_run>());
  order_stop(order.why, order.detail, [] {});
  return stoppers_.back();
}

void run_state::wake(std::uint64_t fired) {
  const auto kind = fired & token::kind_mask;
  const auto id = fired & ~token::kind_mask;
  if (kind == token::poll) {
    if (auto found = pollers_.extract(id))
      serve(std::move(found.mapped()));
  } else if (kind == token::cancel) {
    if (auto found = cancellers_.extract(id))
      found.mapped().deliver(cancelled());
  } else if (kind == token::flush_again) {
    flush_waits_ = false;
    flush();
  } else if (kind == token::answer_due) {
    answer_overdue();
  } else if (id == wait_generation_ && !asked_to_start_) {
    ask_to_start(restart_after_);
  }
}

run_actor::behavior_type
run(run_actor::stateful_pointer<run_state> self, surroundings around, run_setup setup) {
  auto* state = &self->state;
  state->start(std::move(around), std::move(setup));
  return {
    [state](const asked<get_run>&) { return state->show(); },
    [state](const asked<poll_events>& q) { return state->poll(q.what); },
    [state](const asked<cancel_run>& q) { return state->cancel(q); },
    [state](const asked<continue_run>& q) { return state->go_on(q); },
    [state](const asked<list_pending>&) { return state->questions(); },
    [state](const asked<restart_run>& q) { return state->restart(q); },
    [state](const take_letter& letter) { return state->take(letter); },
    [state](const begin_run&) { state->commence(); },
    [state](const gate_said& word) { state->gate(word); },
    [state](const stop_run& order) { return state->stop(order); },
    [state](const attempt_news& told) { state->news(told); },
    [state](const attempt_over& ended) { state->over(ended); },
    [state](const notice_failed& failed) { state->not_notified(failed); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
