#include "actors/registry.hpp"

#include "actors/bounds.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

constexpr std::size_t waiters_max = 4096;

template <class Question>
result<const run_brief*> about(const roll& runs, const asked<Question>& question) {
  const auto& what = question.what;
  return runs.resolve(*question.who, what.run_id, what.agent_name, what.cwd);
}

cancelled_run
cancelled_of(const run_view& v, const std::vector<store::attempt_record>& attempts) {
  cancelled_run shown{
    .run_id = v.run_id,
    .status = v.status,
    .phase = v.phase,
    .cancelled_at = {},
    .proof = {}};
  if (v.status != run_status::cancelled)
    return shown;
  shown.cancelled_at = v.updated_at;
  if (!attempts.empty())
    shown.proof = attempts.back().view.proof;
  return shown;
}

} // namespace

void registry_state::start(room* world, journal_actor journal) {
  world_ = world;
  journal_ = std::move(journal);
}

const run_actor* registry_state::actor_of(const run_brief& run) const {
  const auto it = actors_.find(run.run_id);
  return it == actors_.end() ? nullptr : &it->second;
}

void registry_state::register_run(const run_brief& brief, const run_actor& actor) {
  actors_[brief.run_id] = actor;
  const bool fresh = roll_.find(brief.run_id) == nullptr;
  roll_.put(brief);
  tell_watchers(brief, fresh);
}

void registry_state::report(const run_report& told) {
  roll_.put(told.brief);
  tell_follower(told.brief);
  tell_watchers(told.brief, false);
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    const auto& ids = it->second.question.run_ids;
    if (std::ranges::find(ids, told.brief.run_id) == ids.end()) {
      ++it;
      continue;
    }
    auto found = look(it->second.question);
    if (!found.satisfied) {
      ++it;
      continue;
    }
    it->second.answer.deliver(std::move(found));
    it = waiters_.erase(it);
  }
}

void registry_state::wake(std::uint64_t token) {
  if (auto found = waiters_.extract(token))
    found.mapped().answer.deliver(look(found.mapped().question));
}

caf::result<run_view> registry_state::get(const asked<get_run>& question) {
  auto run = about(roll_, question);
  if (!run)
    return to_caf(std::move(run.error()));
  if (const auto* actor = actor_of(**run))
    return self_->delegate(*actor, question);
  auto promise = self_->make_response_promise<run_view>();
  self_->request(journal_, deadline::disk, load_run{.run_id = (*run)->run_id})
    .then(
      [promise](loaded_run& loaded) mutable {
        auto view = std::move(loaded.record.view);
        for (const auto& each : loaded.record.attempts)
          view.attempts.push_back(each.view);
        promise.deliver(std::move(view));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<run_page> registry_state::list(const asked<list_runs>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  return to_caf(roll_.list(*question.who, question.what));
}

caf::result<event_page> registry_state::poll(const asked<poll_events>& question) {
  auto run = about(roll_, question);
  if (!run)
    return to_caf(std::move(run.error()));
  if (const auto* actor = actor_of(**run))
    return self_->delegate(*actor, question);
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  return page_from_disk(**run, question.what);
}

caf::result<event_page>
registry_state::page_from_disk(const run_brief& run, const poll_events& question) {
  event_page page{
    .run_id = run.run_id, .status = run.status, .events = {}, .last_seq = run.last_seq};
  auto promise = self_->make_response_promise<event_page>();
  self_
    ->request(
      journal_,
      deadline::disk,
      read_page{
        .run_id = run.run_id,
        .after_seq = question.after_seq,
        .limit = question.limit,
        .max_bytes = question.max_bytes})
    .then(
      [page, promise](events_read& read) mutable {
        page.events = std::move(read.events);
        page.next_after_seq = read.last_seq;
        page.has_more = read.more;
        promise.deliver(std::move(page));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

waited_runs registry_state::look(const wait_runs& question) const {
  waited_runs seen;
  for (const auto& run_id : question.run_ids) {
    const auto* run = roll_.find(run_id);
    if (!run)
      continue;
    const bool there = question.until == wait_until::terminal
                         ? is_final(run->status)
                         : wants_attention(run->status);
    if (!there)
      seen.still_waiting.push_back(run_id);
    seen.runs.push_back(*run);
  }
  const bool any = seen.still_waiting.size() < question.run_ids.size();
  seen.satisfied = question.mode == wait_mode::any ? any : seen.still_waiting.empty();
  return seen;
}

caf::result<waited_runs> registry_state::wait(const asked<wait_runs>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  auto resolved = question.what;
  for (auto& word : resolved.run_ids) {
    auto run = roll_.resolve_word(*question.who, word);
    if (!run)
      return to_caf(std::move(run.error()));
    word = (*run)->run_id;
  }
  auto now = look(resolved);
  if (now.satisfied || resolved.wait_ms == 0)
    return now;
  if (waiters_.size() >= waiters_max)
    return to_caf(
      error{errc::busy, "too many clients wait for runs; try again shortly"});
  auto promise = self_->make_response_promise<waited_runs>();
  const auto id = ++next_token_;
  const std::chrono::milliseconds patience(resolved.wait_ms);
  waiters_.emplace(id, waiter{promise, std::move(resolved)});
  world_->wake_after(patience, self_->address(), id);
  return promise;
}

caf::result<cancelled_run> registry_state::cancel(const asked<cancel_run>& question) {
  auto run = about(roll_, question);
  if (!run)
    return to_caf(std::move(run.error()));
  if (const auto* actor = actor_of(**run))
    return self_->delegate(*actor, question);
  auto promise = self_->make_response_promise<cancelled_run>();
  self_->request(journal_, deadline::disk, load_run{.run_id = (*run)->run_id})
    .then(
      [promise](const loaded_run& loaded) mutable {
        promise.deliver(cancelled_of(loaded.record.view, loaded.record.attempts));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<continued_run> registry_state::go_on(const asked<continue_run>& question) {
  auto run = about(roll_, question);
  if (!run)
    return to_caf(std::move(run.error()));
  const auto brief = **run;
  auto promise = self_->make_response_promise<continued_run>();
  const auto* actor = actor_of(brief);
  if (!actor) {
    resume(promise, question, brief);
    return promise;
  }
  self_->request(*actor, deadline::disk, question)
    .then(
      [promise](continued_run& answer) mutable { promise.deliver(std::move(answer)); },
      [this, promise, question, brief](caf::error& e) mutable {
        if (from_caf(e).code == errc::ended)
          resume(promise, question, brief);
        else
          promise.deliver(std::move(e));
      });
  return promise;
}

void registry_state::resume(
  caf::typed_response_promise<continued_run> answer,
  const asked<continue_run>& question,
  const run_brief& finished) {
  self_
    ->request(
      runs_, deadline::disk, resume_run{.question = question, .finished = finished})
    .then(
      [answer](continued_run& resumed) mutable { answer.deliver(std::move(resumed)); },
      [answer](caf::error& e) mutable { answer.deliver(std::move(e)); });
}

registry_actor::behavior_type registry(
  registry_actor::stateful_pointer<registry_state> self,
  room* world,
  journal_actor journal) {
  auto* state = &self->state;
  state->start(world, std::move(journal));
  return {
    [state](const asked<get_run>& q) { return state->get(q); },
    [state](const asked<list_runs>& q) { return state->list(q); },
    [state](const asked<poll_events>& q) { return state->poll(q); },
    [state](const asked<wait_runs>& q) { return state->wait(q); },
    [state](const asked<cancel_run>& q) { return state->cancel(q); },
    [state](const asked<continue_run>& q) { return state->go_on(q); },
    [state](const asked<list_pending>& q) { return state->pending(q); },
    [state](const asked<get_event_artifact>& q) { return state->artifact(q); },
    [state](const asked<restart_run>& q) { return state->restart(q); },
    [state](const asked<list_sessions>& q) { return state->sessions(q); },
    [state](const asked<list_agents>& q) { return state->agents(q); },
    [state](const asked<send_agent_message>& q) { return state->send_message(q); },
    [state](const asked<fetch_agent_messages>& q) { return state->fetch_messages(q); },
    [state](const stop_waiting& who) { state->stop(who); },
    [state](const post_actor& post) { state->meet(post); },
    [state](const follow_run& whom, const team_actor& who) {
      state->follow(whom, who);
    },
    [state](const watch_runs& what, const watcher_actor& who) {
      state->watch(what, who);
    },
    [state](const runs_actor& runs) { state->meet(runs); },
    [state](const run_report& told) { state->report(told); },
    [state](const run_brief& brief, const run_actor& actor) {
      state->register_run(brief, actor);
    },
    [state](const run_over& over) -> caf::result<written> {
      state->retire(over);
      return written{};
    },
    [state](const run_removed& gone) { state->removed(gone); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
