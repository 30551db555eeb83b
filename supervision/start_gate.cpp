#include "supervision/start_gate.hpp"

#include "supervision/exit_rules.hpp"

#include <algorithm>
#include <utility>

namespace troupe::supervision {

void start_gate::ended(const attempt_end& what, moment now, double dice) {
  waiting_.erase(what.run_id);
  const auto rule = rule_of(what.why.reason);
  if (rule == exit_rule::never || rule == exit_rule::wait_for_room) {
    accounts_.left(what.run_id);
    return incidents_.left(what.run_id);
  }
  if (what.why.reason != exit_kind::rate_limited)
    accounts_.ended_otherwise(what.run_id, now);
  else if (what.until && what.again)
    accounts_.limited(what.account, *what.until, *what.again, now);
  auto fingerprint = fingerprint_of(what.backend, what.why);
  if (fingerprint.empty())
    return incidents_.ended_otherwise(what.run_id, now);
  look_again(incidents_.failed(
    {.run_id = what.run_id,
     .fingerprint = std::move(fingerprint),
     .overload = what.why.reason == exit_kind::overloaded,
     .at = what.at,
     .wall = what.wall},
    now,
    dice));
}

void start_gate::was_live(const std::string& run_id, const std::string& parent) {
  slots_.takes(run_id, parent);
}

void start_gate::asks(
  const std::string& run_id, const std::string& parent, const std::string& account) {
  auto& who = waiting_[run_id];
  who.parent = parent;
  who.account = account;
  who.told.clear();
  look_again({run_id});
}

void start_gate::left(const std::string& run_id) {
  slots_.left(run_id);
  starts_by_order(run_id);
}

void start_gate::starts_by_order(const std::string& run_id) {
  waiting_.erase(run_id);
  accounts_.left(run_id);
  incidents_.left(run_id);
}

void start_gate::hold(std::string why) {
  held_ = std::move(why);
  look_at_all();
}

void start_gate::lift() {
  held_.reset();
  look_at_all();
}

void start_gate::look_at_all() {
  to_look_at_.clear();
  for (const auto& [run_id, who] : waiting_)
    to_look_at_.push_back(run_id);
}

void start_gate::look_again(const std::vector<std::string>& run_ids) {
  to_look_at_.insert(to_look_at_.end(), run_ids.begin(), run_ids.end());
}

void start_gate::move_on(const std::vector<std::string>& released, stage to) {
  for (const auto& run_id : released)
    if (const auto found = waiting_.find(run_id); found != waiting_.end())
      found->second.at = to;
  look_again(released);
}

bool start_gate::passes(const std::string& run_id, waiter& who, moment now) {
  if (held_)
    return false;
  if (who.at < stage::account) {
    who.at = stage::slot;
    if (!slots_.asks(run_id, who.parent))
      return false;
    who.at = stage::account;
  }
  if (who.at == stage::account) {
    if (!accounts_.asks(who.account, run_id, now))
      return false;
    who.at = stage::incident;
  }
  return incidents_.asks(run_id, now);
}

std::vector<gate_word> start_gate::words(moment now) {
  std::vector<gate_word> said;
  if (!held_) {
    move_on(slots_.due(), stage::account);
    move_on(accounts_.due(now), stage::incident);
    for (auto& run_id : incidents_.due(now))
      if (waiting_.erase(run_id) > 0)
        said.push_back({.run_id = std::move(run_id), .go = true, .cause = {}});
  }
  for (const auto& run_id : std::exchange(to_look_at_, {})) {
    const auto found = waiting_.find(run_id);
    if (found == waiting_.end())
      continue;
    auto& who = found->second;
    if (passes(run_id, who, now)) {
      waiting_.erase(found);
      said.push_back({.run_id = run_id, .go = true, .cause = {}});
    } else if (auto why = cause(run_id, who); why != who.told) {
      who.told = why;
      said.push_back({.run_id = run_id, .go = false, .cause = std::move(why)});
    }
  }
  return said;
}

std::string start_gate::cause(const std::string& run_id, const waiter& who) const {
  if (held_)
    return *held_;
  switch (who.at) {
  case stage::slot:
    return slots_.cause_of(run_id);
  case stage::account:
    return accounts_.cause_of(run_id);
  default:
    return incidents_.cause_of(run_id);
  }
}

std::optional<moment> start_gate::next_check() const {
  if (held_)
    return {};
  const auto first = accounts_.next_check();
  const auto second = incidents_.next_check();
  return first && second ? std::min(*first, *second) : first ? first : second;
}

} // namespace troupe::supervision
