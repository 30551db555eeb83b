#include "actors/attempt.hpp"

#include "actors/tokens.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// An ATTEMPT's signs of life, its memory and what it spends.
namespace troupe {

using namespace std::chrono_literals;

namespace {

constexpr supervision::moment check_after_min = 10ms;
constexpr supervision::moment seen_is_fresh = 1s;
constexpr std::size_t asking_max = 64;

constexpr std::string_view nudge_text =
  "Notice from the supervisor: nothing has been heard of you for some time. Are you "
  "still working? If so, say what you are at and go on. If you wait for something that "
  "will not come, stop waiting. If you are done, give your answer.";

} // namespace

void attempt_state::begin_health(const keeper::spawned_report& report) {
  const auto now = around_.world->now();
  health_.emplace(setup_.limits, now, setup_.run_time_before);
  health_->turn_began(now);
  hear_again(now);
  if (!setup_.limits.memory_mb || report.memory_limited)
    return;
  memory_.emplace(*setup_.limits.memory_mb);
  check_memory();
}

/// A quick agent speaks before its start is told.
void attempt_state::hear_again(supervision::moment now) {
  if (!fold_ || stdout_bytes_ == 0)
    return;
  health_->heard(now, stdout_bytes_, fold_->speaker().oldest_tool());
  waits_ = !fold_->speaker().pending().empty();
  if (waits_)
    health_->paused(now);
}

/// A check that is due later than the one that is waited for finds nothing new to wait
/// for when it comes.
void attempt_state::arm_health() {
  if (!health_ || exited_ || ended_by_us_)
    return;
  const auto now = around_.world->now();
  const auto next = std::max(health_->next_check(now), now + check_after_min);
  if (armed_ && *armed_ <= next)
    return;
  armed_ = next;
  around_.world->wake_after(next - now, self_->address(), token::health);
}

void attempt_state::check_health() {
  const auto now = around_.world->now();
  if (!health_ || exited_ || ended_by_us_ || !armed_ || now < *armed_)
    return;
  armed_.reset();
  if (health_->take_look(now))
    around_.world->order(keeper::sample_order{.key = key()});
  account();
  inspect();
  arm_health();
}

void attempt_state::check_memory() {
  if (exited_ || ended_by_us_ || (memory_due_ && around_.world->now() < *memory_due_))
    return;
  memory_due_.reset();
  around_.world->order(keeper::sample_order{.key = key()});
  arm_memory();
}

void attempt_state::arm_memory() {
  const auto next = around_.world->now() + memory_->look_every();
  if (memory_due_ && *memory_due_ <= next)
    return;
  memory_due_ = next;
  around_.world->wake_after(memory_->look_every(), self_->address(), token::memory);
}

void attempt_state::sampled(const keeper::sampled_report& report) {
  if (gone_)
    return;
  seen_ = report.use;
  seen_at_ = around_.world->now();
  const auto most = std::max(
    report.use.memory_mb, report.use.peak_memory_mb.value_or(report.use.memory_mb));
  view_.peak_memory_mb = std::max(most, view_.peak_memory_mb.value_or(0));
  answer_use();
  if (!health_ || exited_ || ended_by_us_)
    return;
  health_->worked(seen_at_, {report.use.cpu_ms, report.use.io_bytes});
  if (const auto found = memory_ ? memory_->used(report.use.memory_mb) : std::nullopt) {
    view_.oom_proof = "watchdog";
    return heed(*found);
  }
  if (memory_)
    arm_memory();
  inspect();
}

void attempt_state::inspect() {
  if (!health_ || exited_ || ended_by_us_)
    return;
  if (const auto found = health_->check(around_.world->now(), disk_free_))
    heed(*found);
}

/// What a successor folds again was counted, and warned about, by its predecessor; of
/// what came after the last event that was told, it may warn once more.
void attempt_state::account() {
  if (!fold_)
    return;
  if (!budget_)
    budget_.emplace(setup_.limits, setup_.spent_before);
  const auto spent = fold_->speaker().usage();
  if (replaying_)
    return budget_->known(spent);
  if (exited_ || ended_by_us_ || result_)
    return;
  if (const auto found = budget_->spent(spent))
    heed(*found);
}

void attempt_state::heed(const supervision::health_finding& found) {
  if (found.nudge)
    return nudge(found.detail);
  warn(to_string(found.reason), found.detail, found.end ? "end" : "warn");
  if (!found.end)
    return;
  for_good_ = for_good_ || found.for_good;
  stop({.why = found.reason, .detail = found.detail, .at_once = found.at_once});
}

void attempt_state::nudge(const std::string& why) {
  if (result_ || finishing_ || !fold_ || !fold_->speaker().takes_nudges())
    return;
  warn("hung", "asked whether it still works: " + why, "nudge");
  json body{{"text", nudge_text}};
  say_to_self(input_kind::nudge, {print_json(body)});
}

caf::result<use_now> attempt_state::use(const ask_use&) {
  const auto now = around_.world->now();
  auto promise = self_->make_response_promise<use_now>();
  const bool can_look = health_ && !exited_ && !gone_;
  const bool is_fresh = seen_ && now - seen_at_ < seen_is_fresh;
  asked_for_use_.push_back(promise);
  if (!can_look || is_fresh || asked_for_use_.size() > asking_max)
    answer_use();
  else if (asked_for_use_.size() == 1)
    around_.world->order(keeper::sample_order{.key = key()});
  return promise;
}

void attempt_state::answer_use() {
  use_now answer{.memory_mb = {}, .peak_memory_mb = view_.peak_memory_mb, .spent = {}};
  if (seen_ && !exited_)
    answer.memory_mb = seen_->memory_mb;
  if (fold_)
    answer.spent = fold_->speaker().usage();
  for (auto& each : std::exchange(asked_for_use_, {}))
    each.deliver(answer);
}

} // namespace troupe
