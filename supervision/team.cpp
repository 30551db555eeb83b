#include "supervision/team.hpp"

#include "supervision/restart.hpp"

#include <algorithm>

namespace troupe::supervision {

namespace {

using enum member_phase;

bool is_live(const member_state& m) {
  return m.phase == starting || m.phase == working || m.phase == stopping;
}

timestamp later(timestamp now, std::chrono::milliseconds by) {
  return {now.ms + by.count()};
}

bool wants_restart(restart_type type, member_end how) {
  return type == restart_type::permanent ||
         (type == restart_type::transient && how != member_end::completed);
}

team_phase phase_of(member_end outcome) {
  switch (outcome) {
  case member_end::completed:
    return team_phase::completed;
  case member_end::cancelled:
    return team_phase::cancelled;
  case member_end::failed:
  case member_end::hopeless:
    break;
  }
  return team_phase::failed;
}

} // namespace

team::team(team_spec spec, team_state state)
  : spec_(std::move(spec)), state_(std::move(state)) {
  const auto count = spec_.members.size();
  needs_.assign(count, std::vector<bool>(count, false));
  for (std::size_t i = 0; i < count; ++i)
    for (const auto n : spec_.members[i].needs) {
      needs_[i][n] = true;
      for (std::size_t further = 0; further < n; ++further)
        if (needs_[n][further])
          needs_[i][further] = true;
    }
}

team::actions team::begin(timestamp now) {
  state_ = {};
  state_.members.resize(spec_.members.size());
  return advance(now);
}

team::actions team::became_ready(std::size_t member, timestamp now) {
  auto& m = state_.members.at(member);
  if (m.phase != starting)
    return {};
  m.phase = working;
  m.starts_refused = 0;
  m.was_ready = spec_.members[member].ready == readiness::spoke;
  return advance(now);
}

team::actions
team::ended(std::size_t member, member_end how, const std::string& why, timestamp now) {
  auto& m = state_.members.at(member);
  if (!is_live(m))
    return {};
  const bool was_told = m.phase == stopping;
  const bool with_sibling = m.goes_down && (was_told || how != member_end::cancelled);
  m.phase = member_phase::ended;
  m.end = how;
  m.goes_down = false;
  if (state_.phase == team_phase::running && with_sibling) {
    if (m.comes_back)
      wait_again(member);
    return advance(now);
  }
  m.cause = why;
  if (state_.phase == team_phase::running)
    judge(member, how, why, now);
  return advance(now);
}

team::actions
team::not_started(std::size_t member, const std::string& why, timestamp now) {
  auto& m = state_.members.at(member);
  const bool again =
    state_.phase == team_phase::running && m.phase == starting && !m.goes_down;
  if (!again)
    return ended(member, member_end::failed, why, now);
  m.phase = waiting;
  m.cause = "could not be started: " + why;
  restart_policy pace;
  m.not_before = later(now, backoff(pace, m.starts_refused++, 1));
  if (!take_restart(now))
    stop_all(
      member_end::failed,
      spec_.members[member].name + " " + m.cause + "; no restart left of at most " +
        intensity(),
      now);
  return advance(now);
}

team::actions team::stop(const std::string& cause, timestamp now) {
  if (is_final(state_.phase))
    return {};
  if (state_.phase == team_phase::running)
    stop_all(member_end::cancelled, cause, now);
  state_.outcome = member_end::cancelled;
  state_.cause = cause;
  return advance(now);
}

void team::hold() {
  state_.held = true;
}

team::actions team::kill(timestamp now) {
  state_.kill_at = now;
  return tick(now);
}

team::actions team::tick(timestamp now) {
  actions todo;
  if (state_.kill_at && *state_.kill_at <= now) {
    state_.kill_at.reset();
    for (auto i = state_.members.size(); i-- > 0;) {
      auto& m = state_.members[i];
      if (!is_live(m) || (state_.phase != team_phase::stopping && !m.goes_down))
        continue;
      m.phase = stopping;
      todo.push_back({team_act::kill, i, "the time to stop is over"});
    }
  }
  auto more = advance(now);
  std::ranges::move(more, std::back_inserter(todo));
  return todo;
}

std::optional<timestamp> team::next_due() const {
  auto due = state_.kill_at;
  if (state_.phase == team_phase::running && !state_.held)
    for (const auto& m : state_.members)
      if (m.phase == waiting && m.not_before)
        due = std::min(due.value_or(*m.not_before), *m.not_before);
  return due;
}

bool team::is_ready() const {
  if (state_.phase == team_phase::completed)
    return true;
  for (std::size_t i = 0; i < state_.members.size(); ++i)
    if (!satisfied(i))
      return false;
  return state_.phase == team_phase::running && !state_.members.empty();
}

std::vector<std::string> team::waits_for(std::size_t member) const {
  std::vector<std::string> names;
  if (state_.members.at(member).phase == waiting)
    for (std::size_t i = 0; i < member; ++i)
      if (needs_[member][i] && !satisfied(i))
        names.push_back(spec_.members[i].name);
  return names;
}

bool team::satisfied(std::size_t member) const {
  const auto& m = state_.members[member];
  if (m.phase == waiting)
    return false;
  return m.was_ready ||
         (m.phase == member_phase::ended && m.end == member_end::completed);
}

bool team::may_start(std::size_t member, timestamp now) const {
  const auto& m = state_.members[member];
  if (m.phase != waiting || (m.not_before && *m.not_before > now))
    return false;
  for (std::size_t i = 0; i < member; ++i)
    if (needs_[member][i] && !satisfied(i))
      return false;
  return true;
}

bool team::may_stop(std::size_t member) const {
  for (std::size_t i = member + 1; i < spec_.members.size(); ++i)
    if (needs_[i][member] && is_live(state_.members[i]))
      return false;
  return true;
}

std::vector<std::size_t> team::sharing(std::size_t member) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < spec_.members.size(); ++i)
    if (
      i == member || spec_.how == strategy::one_for_all ||
      (spec_.how == strategy::rest_for_one && needs_[i][member]))
      found.push_back(i);
  return found;
}

std::string team::intensity() const {
  return std::to_string(spec_.max_restarts) + " in " +
         std::to_string(spec_.period.count() / 1000) + " s";
}

std::string team::cause_of_start(std::size_t member) const {
  const auto& m = state_.members[member];
  if (!m.cause.empty())
    return m.cause;
  std::string names;
  for (const auto each : spec_.members[member].needs)
    names.append(names.empty() ? "" : ", ").append(spec_.members[each].name);
  return names.empty() ? "it depends on nobody" : "ready: " + names;
}

member_end team::natural_end() const {
  const auto some = [&](member_end how) {
    return std::ranges::any_of(
      state_.members, [&](const member_state& m) { return m.end == how; });
  };
  if (some(member_end::completed))
    return member_end::completed;
  return some(member_end::cancelled) ? member_end::cancelled : member_end::failed;
}

team::actions team::advance(timestamp now) {
  actions todo;
  if (is_final(state_.phase))
    return todo;
  if (state_.phase == team_phase::running && !state_.held)
    fail_if_blocked(now);
  const bool all = state_.phase == team_phase::stopping;
  const bool going_down = take_down(todo);
  if (all && !going_down)
    finish(*state_.outcome, todo);
  if (all || going_down)
    return todo;
  state_.kill_at.reset();
  if (!state_.held)
    bring_up(now, todo);
  const bool none_left = std::ranges::all_of(state_.members, [](const member_state& m) {
    return m.phase == member_phase::ended;
  });
  if (none_left) {
    state_.cause = "every member has ended";
    finish(natural_end(), todo);
  }
  return todo;
}

bool team::take_down(actions& todo) {
  const bool all = state_.phase == team_phase::stopping;
  bool going_down = false;
  for (auto i = state_.members.size(); i-- > 0;) {
    auto& m = state_.members[i];
    if (all && m.phase == waiting) {
      m.phase = member_phase::ended;
      m.end = member_end::cancelled;
      m.cause = state_.cause;
    }
    if (!is_live(m) || !(all || m.goes_down))
      continue;
    going_down = true;
    if (m.phase == stopping || !may_stop(i))
      continue;
    m.phase = stopping;
    todo.push_back({team_act::stop, i, all ? state_.cause : m.cause});
  }
  return going_down;
}

void team::bring_up(timestamp now, actions& todo) {
  for (std::size_t i = 0; i < state_.members.size(); ++i) {
    if (!may_start(i, now))
      continue;
    auto& m = state_.members[i];
    todo.push_back({team_act::start, i, cause_of_start(i)});
    m.phase = starting;
    m.not_before.reset();
    ++m.starts;
  }
}

void team::finish(member_end outcome, actions& todo) {
  state_.outcome = outcome;
  state_.phase = phase_of(outcome);
  state_.kill_at.reset();
  todo.push_back({team_act::over, 0, state_.cause});
}

void team::stop_all(member_end outcome, std::string cause, timestamp now) {
  state_.phase = team_phase::stopping;
  state_.outcome = outcome;
  state_.cause = std::move(cause);
  state_.kill_at = later(now, spec_.stop_within);
}

void team::judge(
  std::size_t member, member_end how, const std::string& why, timestamp now) {
  const auto& spec = spec_.members[member];
  if (how == member_end::cancelled || state_.held)
    return;
  if (!wants_restart(spec.restart, how))
    return shut_down_with(member, how, now);
  if (how == member_end::hopeless)
    return stop_all(how, spec.name + " would fail the same way again: " + why, now);
  if (!take_restart(now))
    return stop_all(
      member_end::failed,
      "no restart left of at most " + intensity() + " for " + spec.name + ": " + why,
      now);
  restart(member, why, now);
}

void team::restart(std::size_t member, const std::string& why, timestamp now) {
  const auto cause =
    "restart " + std::to_string(state_.window.size()) + " of at most " + intensity() +
    ", " + std::string(names(spec_.how)[static_cast<std::size_t>(spec_.how)]) + ": " +
    spec_.members[member].name + " " + why;
  for (const auto i : sharing(member)) {
    auto& m = state_.members[i];
    const bool again =
      i == member || spec_.members[i].restart != restart_type::temporary;
    if (is_live(m)) {
      m.goes_down = true;
      m.comes_back = again;
      state_.kill_at = state_.kill_at.value_or(later(now, spec_.stop_within));
    } else if (m.phase == member_phase::ended) {
      if (!again || (i != member && m.end == member_end::cancelled))
        continue;
      wait_again(i);
    }
    m.cause = cause;
  }
}

void team::wait_again(std::size_t member) {
  auto& m = state_.members[member];
  m.phase = waiting;
  m.was_ready = m.goes_down = m.comes_back = false;
}

void team::shut_down_with(std::size_t member, member_end how, timestamp now) {
  const auto lives_on = [&](std::size_t i) {
    return spec_.members[i].significant &&
           state_.members[i].phase != member_phase::ended;
  };
  if (!spec_.members[member].significant || spec_.ends_with == auto_shutdown::never)
    return;
  if (spec_.ends_with == auto_shutdown::all)
    for (std::size_t i = 0; i < spec_.members.size(); ++i)
      if (lives_on(i))
        return;
  stop_all(how, "auto_shutdown: " + spec_.members[member].name + " has ended", now);
}

void team::fail_if_blocked(timestamp now) {
  for (std::size_t i = 0; i < spec_.members.size(); ++i) {
    if (state_.members[i].phase != waiting)
      continue;
    for (const auto n : spec_.members[i].needs) {
      const auto& other = state_.members[n];
      if (other.phase != member_phase::ended || satisfied(n))
        continue;
      const bool hopeless = other.end == member_end::hopeless;
      return stop_all(
        hopeless ? member_end::hopeless : member_end::failed,
        spec_.members[i].name + " waits for " + spec_.members[n].name +
          ", which ended without getting ready: " + other.cause,
        now);
    }
  }
}

bool team::take_restart(timestamp now) {
  std::erase_if(state_.window, [&](timestamp at) {
    return now.ms - at.ms >= spec_.period.count();
  });
  if (state_.window.size() >= spec_.max_restarts)
    return false;
  state_.window.push_back(now);
  ++state_.restarts;
  return true;
}

} // namespace troupe::supervision
