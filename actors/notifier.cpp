#include "actors/notifier.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

namespace troupe {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::hours told_within{24};
constexpr std::chrono::milliseconds first_wait = 2s;
constexpr std::chrono::milliseconds later_wait = 15s;

/// No run has such an id: what calls from its tree is nobody.
std::string id_of(const store::notice_record& notice) {
  return "n_" + notice.run_id.substr(std::min<std::size_t>(2, notice.run_id.size())) +
         "-" + std::to_string(notice.seq);
}

std::chrono::seconds deadline_of(const store::notice_record& notice) {
  return std::chrono::seconds(std::clamp(notice.policy.timeout_s, 1U, 600U));
}

std::string how(const keeper::exited_report& end) {
  if (end.signal)
    return "was killed by signal " + std::to_string(*end.signal);
  return "exited with " + (end.code ? std::to_string(*end.code) : "nobody knows what");
}

} // namespace

keeper::attempt_key notifier_state::key_of(const job& of) {
  const auto& notice = of.what.notice;
  return {id_of(notice) + "-" + std::to_string(notice.tries), 1};
}

void notifier_state::open() {
  self_->request(setup_.journal, deadline::recovery, load_notices{})
    .then(
      [this](notices_loaded& found) {
        open_ = true;
        for (auto& notice : found.notices)
          take({.notice = std::move(notice), .from = {}});
        begin_next();
      },
      [this](const caf::error& e) {
        log_warn("notices not_loaded reason=\"{}\"", from_caf(e).message);
        open_ = true;
        begin_next();
      });
}

void notifier_state::take(new_notice what) {
  const auto id = id_of(what.notice);
  const auto age = setup_.world->wall().ms - what.notice.made_at.ms;
  if (age > std::chrono::milliseconds(told_within).count()) {
    log_warn("notice {} dropped reason=\"older than a day\"", id);
    return drop(what.notice);
  }
  if (jobs_.size() >= waiting_max) {
    give_up({.what = what, .failure = "was not run: too many wait"});
    return drop(what.notice);
  }
  if (!jobs_.try_emplace(id, job{.what = std::move(what)}).second)
    return;
  queue_.push_back(id);
  begin_next();
}

void notifier_state::begin_next() {
  while (open_ && running_ < at_once_max && !queue_.empty()) {
    const auto id = std::move(queue_.front());
    queue_.pop_front();
    begin(id);
  }
}

/// The try is counted on disk before it begins, so that no death repeats it for ever.
void notifier_state::begin(const std::string& id) {
  auto& of = jobs_.at(id);
  ++running_;
  of.running = true;
  of.failure.clear();
  ++of.what.notice.tries;
  self_->request(setup_.journal, deadline::disk, add_notice{.notice = of.what.notice})
    .then(
      [this, id](const written&) { spawn(id); },
      [this, id](const caf::error& e) {
        jobs_.at(id).failure = from_caf(e).message;
        over(id);
      });
}

void notifier_state::spawn(const std::string& id) {
  auto& of = jobs_.at(id);
  const auto& notice = of.what.notice;
  const auto key = key_of(of);
  setup_.world->watch(key, self_->address());
  setup_.world->order(keeper::spawn_order{
    .key = key,
    .argv = notice.policy.command,
    .env = notice.env,
    .cwd = "/",
    .dir = setup_.disk.notice(notice.run_id, notice.seq),
    .stdin_open = true});
  setup_.world->order(keeper::write_order{.key = key, .n = 1, .line = notice.body});
  setup_.world->order(keeper::close_order{.key = key});
  of.timer = arm(deadline_of(notice), id);
}

std::uint64_t
notifier_state::arm(std::chrono::milliseconds after, const std::string& id) {
  timers_[++next_token_] = id;
  setup_.world->wake_after(after, self_->address(), next_token_);
  return next_token_;
}

notifier_state::job* notifier_state::about(const keeper::attempt_key& key) {
  const auto it = jobs_.find(key.run_id.substr(0, key.run_id.rfind('-')));
  const bool current =
    it != jobs_.end() && it->second.running && key_of(it->second) == key;
  return current ? &it->second : nullptr;
}

void notifier_state::news(const kept_news& what) {
  if (const auto* born = std::get_if<keeper::spawned_report>(&what.what)) {
    auto* of = about(born->key);
    if (!of || !born->refusal)
      return;
    of->failure = *born->refusal;
    over(id_of(of->what.notice));
  } else if (const auto* end = std::get_if<keeper::exited_report>(&what.what)) {
    auto* of = about(end->key);
    if (!of)
      return;
    of->succeeded = end->code == 0 && of->failure.empty();
    if (of->failure.empty() && !of->succeeded)
      of->failure = how(*end);
    setup_.world->order(
      keeper::kill_order{.key = end->key, .scope = keeper::kill_scope::tree});
  } else if (const auto* gone = std::get_if<keeper::gone_report>(&what.what)) {
    const auto* of = about(gone->key);
    if (!of)
      return;
    setup_.world->order(keeper::forget_order{.key = gone->key});
    over(id_of(of->what.notice));
  }
}

void notifier_state::wake(std::uint64_t fired) {
  const auto found = timers_.extract(fired);
  if (!found)
    return;
  const auto it = jobs_.find(found.mapped());
  if (it == jobs_.end() || it->second.timer != fired)
    return;
  auto& of = it->second;
  if (!of.running) {
    queue_.push_back(it->first);
    return begin_next();
  }
  of.failure =
    "did not end within " + std::to_string(deadline_of(of.what.notice).count()) + " s";
  setup_.world->order(
    keeper::kill_order{.key = key_of(of), .scope = keeper::kill_scope::tree});
}

void notifier_state::over(const std::string& id) {
  auto& of = jobs_.at(id);
  setup_.world->unwatch(key_of(of));
  of.running = false;
  of.timer = 0;
  --running_;
  const bool last = of.what.notice.tries >= tries_max;
  if (!of.succeeded && last)
    give_up(of);
  if (of.succeeded || last) {
    drop(of.what.notice);
    jobs_.erase(id);
  } else {
    of.timer = arm(of.what.notice.tries == 1 ? first_wait : later_wait, id);
  }
  begin_next();
}

void notifier_state::give_up(const job& of) {
  const auto& notice = of.what.notice;
  log_warn("run {} not_notified seq={} {}", notice.run_id, notice.seq, of.failure);
  if (of.what.from)
    self_->send(
      of.what.from,
      notice_failed{
        .why = "the notify command " + of.failure + "; what it printed is in " +
               setup_.disk.notice(notice.run_id, notice.seq).string()});
}

void notifier_state::drop(const store::notice_record& notice) {
  caf::anon_send(
    setup_.journal, drop_notice{.run_id = notice.run_id, .seq = notice.seq});
}

notifier_actor::behavior_type
notifier(notifier_actor::stateful_pointer<notifier_state> self, notifier_setup setup) {
  auto* state = &self->state;
  state->start(std::move(setup));
  return {
    [state](const new_notice& what) { state->take(what); },
    [state](const all_recovered&) { state->open(); },
    [state](const kept_news& what) { state->news(what); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
