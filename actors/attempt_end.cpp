#include "actors/attempt.hpp"

#include "actors/errors.hpp"
#include "actors/tokens.hpp"
#include "protocol/json.hpp"

#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// How an ATTEMPT ends: ladders, clocks and the verdict.
namespace troupe {

using namespace std::chrono_literals;
using supervision::exit_rule;

supervision::stop_manners attempt_state::manners() const {
  return {
    .interrupts = setup_.backend->interrupts,
    .stdin_open = stdin_open_,
    .interrupt_grace = std::chrono::seconds(setup_.backend->interrupt_s),
    .rest_grace = std::chrono::seconds(setup_.backend->rest_s)};
}

void attempt_state::finish() {
  if (ended_by_us_ || exited_ || judging_ || std::exchange(finishing_, true))
    return;
  if (health_)
    health_->turn_ended(around_.world->now());
  climb(supervision::finish_ladder(
    manners(), std::chrono::seconds(setup_.limits.linger_s)));
}

void attempt_state::stop(const stop_attempt& order) {
  const bool by_order =
    supervision::rule_of(order.why) == supervision::exit_rule::never;
  const bool climbs = ended_by_us_.has_value();
  if (judging_ || (climbs && !by_order))
    return;
  ended_by_us_ = order.why;
  end_detail_ = order.detail;
  if (!spawned_ || exited_ || climbs)
    return;
  if (order.at_once)
    climb({{0ms, supervision::stop_action::kill_tree}});
  else
    climb(supervision::stop_ladder(manners()));
}

void attempt_state::climb(std::vector<supervision::stop_rung> ladder) {
  ladder_ = std::move(ladder);
  const auto generation = ++ladder_generation_ << 8;
  for (std::size_t i = 0; i < ladder_.size(); ++i)
    around_.world->wake_after(
      ladder_[i].at, self_->address(), token::rung | generation | i);
}

void attempt_state::act(supervision::stop_action action) {
  using supervision::stop_action;
  if (ended_by_us_ && supervision::rule_of(*ended_by_us_) != exit_rule::never)
    warn(
      to_string(*ended_by_us_),
      std::string(supervision::meaning(action)) + ": " + end_detail_,
      supervision::step_name(action));
  switch (action) {
  case stop_action::interrupt:
    return say_to_self(input_kind::interrupt);
  case stop_action::close_stdin:
    return say_to_self(input_kind::close);
  case stop_action::terminate:
    return around_.world->order(
      keeper::kill_order{.key = key(), .scope = keeper::kill_scope::main});
  case stop_action::kill_tree:
    return kill_tree();
  }
}

/// The main process has ended, and something of its tree lives.
void attempt_state::end_rest() {
  auto ladder = supervision::rest_ladder(manners());
  if (!exited_->oom && ladder.front().at > 0ms)
    return climb(std::move(ladder));
  climb({});
  kill_tree();
}

void attempt_state::kill_tree() {
  around_.world->order(
    keeper::kill_order{.key = key(), .scope = keeper::kill_scope::tree});
}

void attempt_state::wake(std::uint64_t fired) {
  if (gone_ || judging_)
    return;
  if ((fired & token::kind_mask) == token::health)
    return check_health();
  if ((fired & token::kind_mask) == token::memory)
    return check_memory();
  const auto index = fired & 0xFF;
  const auto generation = (fired & ~token::kind_mask) >> 8;
  if (generation != ladder_generation_ || index >= ladder_.size())
    return;
  if (exited_)
    return kill_tree();
  act(ladder_[index].action);
}

namespace {

/// It may be why the agent ended, and is told beside it.
std::string refused_forks(std::uint64_t times, std::uint32_t most) {
  return "limits.processes (" + std::to_string(most) + ") refused a fork or thread " +
         std::to_string(times) + " times";
}

} // namespace

exit_reason attempt_state::reason(std::string stderr_tail) const {
  supervision::end_facts facts;
  agents::process_end how{.stderr_tail = std::move(stderr_tail)};
  if (exited_) {
    how.code = exited_->code;
    how.signal = exited_->signal;
    facts.oom = exited_->oom;
  }
  const bool is_told = !exited_ || exited_->code || exited_->signal;
  facts.status_known = status_known_ && is_told;
  facts.result_seen = result_.has_value();
  if (fold_)
    facts.by_protocol = result_ ? result_->reason : fold_->speaker().ended(how);
  facts.ended_by_us = ended_by_us_;
  facts.refusal = refused_for_now_ ? std::nullopt : refusal_;
  facts.detail = end_detail_;
  auto why = supervision::classify(facts);
  if (exited_ && exited_->forks_refused.value_or(0) > 0)
    why.detail +=
      (why.detail.empty() ? "" : "; ") +
      refused_forks(*exited_->forks_refused, setup_.limits.processes.value_or(0));
  return why;
}

void attempt_state::judge(std::string stderr_tail) {
  const auto now = around_.world->now();
  attempt_over over{.attempt = setup_.n, .why = reason(std::move(stderr_tail))};
  if (!view_.ended_at)
    view_.ended_at = around_.world->wall();
  view_.exit = over.why;
  if (fold_)
    view_.usage = fold_->speaker().usage();
  over.view = view_;
  if (fold_) {
    over.result = result_ ? result_->result : fold_->speaker().outcome();
    over.session = fold_->speaker().session();
    over.unsent = fold_->speaker().unsent();
  }
  over.for_good = for_good_ && over.why.reason == ended_by_us_;
  over.kept = !refusal_;
  if (first_heard_.count() > 0)
    over.healthy_for = now - first_heard_;
  over.run_time = health_ ? health_->run_time(now) : setup_.run_time_before;
  for (auto& each : unsaid_)
    if (each.is_asked)
      each.answer.deliver(
        to_caf(error{errc::conflict, "the agent's process has ended"}));
  self_->send(run_, std::move(over));
  around_.world->forget(tail_);
  around_.world->unwatch(key());
  around_.world->wake_no_more(self_->address());
  self_->unlink_from(run_);
  self_->quit();
}

} // namespace troupe
