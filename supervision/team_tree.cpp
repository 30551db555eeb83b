#include "supervision/team_tree.hpp"

namespace troupe::supervision {

team_tree::team_tree(std::vector<team_spec> specs, std::vector<team_state> states)
  : places_(specs.size()) {
  states.resize(specs.size());
  for (std::size_t t = 0; t < specs.size(); ++t) {
    for (std::size_t m = 0; m < specs[t].members.size(); ++m)
      if (const auto inside = specs[t].members[m].team)
        places_.at(*inside) = {t, m};
    teams_.emplace_back(std::move(specs[t]), std::move(states[t]));
  }
}

team_tree::actions team_tree::begin(timestamp now) {
  actions all;
  carry_out(0, teams_[0].begin(now), now, all);
  return all;
}

team_tree::actions team_tree::became_ready(member_place who, timestamp now) {
  actions all;
  carry_out(who.team, teams_[who.team].became_ready(who.member, now), now, all);
  return all;
}

team_tree::actions team_tree::ended(
  member_place who, member_end how, const std::string& why, timestamp now) {
  actions all;
  carry_out(who.team, teams_[who.team].ended(who.member, how, why, now), now, all);
  return all;
}

team_tree::actions
team_tree::not_started(member_place who, const std::string& why, timestamp now) {
  actions all;
  carry_out(who.team, teams_[who.team].not_started(who.member, why, now), now, all);
  return all;
}

team_tree::actions team_tree::stop(const std::string& cause, timestamp now) {
  actions all;
  carry_out(0, teams_[0].stop(cause, now), now, all);
  return all;
}

team_tree::actions team_tree::tick(timestamp now) {
  actions all;
  for (std::size_t t = 0; t < teams_.size(); ++t)
    if (const auto due = teams_[t].next_due(); due && *due <= now)
      carry_out(t, teams_[t].tick(now), now, all);
  return all;
}

std::optional<timestamp> team_tree::next_due() const {
  std::optional<timestamp> first;
  for (const auto& each : teams_)
    if (const auto due = each.next_due())
      first = std::min(first.value_or(*due), *due);
  return first;
}

std::vector<team_state> team_tree::states() const {
  std::vector<team_state> all;
  for (const auto& each : teams_)
    all.push_back(each.state());
  return all;
}

const member_spec& team_tree::spec_of(member_place who) const {
  return teams_.at(who.team).spec().members.at(who.member);
}

const member_state& team_tree::state_of(member_place who) const {
  return teams_.at(who.team).state().members.at(who.member);
}

std::string team_tree::path_of(member_place who) const {
  auto path = spec_of(who).name;
  for (auto t = who.team; t != 0; t = places_[t].team)
    path.insert(0, spec_of(places_[t]).name + "/");
  return path;
}

void team_tree::carry_out(
  std::size_t which, const team::actions& todo, timestamp now, actions& all) {
  hold_what_goes_down(which);
  for (const auto& each : todo) {
    const member_place who{which, each.member};
    all.push_back({each.what, who, each.cause});
    if (each.what == team_act::over) {
      if (which == 0)
        continue;
      const auto& state = teams_[which].state();
      const auto above = places_[which];
      auto& parent = teams_[above.team];
      carry_out(
        above.team,
        parent.ended(above.member, *state.outcome, state.cause, now),
        now,
        all);
      continue;
    }
    const auto inside = spec_of(who).team;
    if (!inside)
      continue;
    auto& nested = teams_[*inside];
    if (each.what == team_act::start)
      carry_out(*inside, nested.begin(now), now, all);
    else if (each.what == team_act::stop)
      carry_out(*inside, nested.stop(each.cause, now), now, all);
    else {
      carry_out(*inside, nested.stop(each.cause, now), now, all);
      carry_out(*inside, nested.kill(now), now, all);
    }
  }
  pass_on_readiness(which, now, all);
}

void team_tree::hold_what_goes_down(std::size_t which) {
  const auto& state = teams_[which].state();
  const bool all = state.phase == team_phase::stopping || state.held;
  for (std::size_t i = 0; i < state.members.size(); ++i) {
    const auto inside = spec_of({which, i}).team;
    const auto& m = state.members[i];
    const bool lives =
      m.phase == member_phase::starting || m.phase == member_phase::working;
    if (!inside || !lives || !(all || m.goes_down))
      continue;
    teams_[*inside].hold();
    hold_what_goes_down(*inside);
  }
}

void team_tree::pass_on_readiness(std::size_t which, timestamp now, actions& all) {
  if (which == 0 || !teams_[which].is_ready())
    return;
  const auto above = places_[which];
  if (state_of(above).phase == member_phase::starting)
    carry_out(above.team, teams_[above.team].became_ready(above.member, now), now, all);
}

std::optional<error> wrong_with(const team_spec& spec) {
  const auto wrong = [](std::string text) {
    return error{errc::invalid_argument, std::move(text)};
  };
  if (spec.members.empty())
    return wrong("members: a team has at least one");
  bool any_significant = false;
  for (std::size_t i = 0; i < spec.members.size(); ++i) {
    const auto& m = spec.members[i];
    const auto path = "members[" + std::to_string(i) + "]";
    any_significant = any_significant || m.significant;
    if (m.significant && spec.ends_with == auto_shutdown::never)
      return wrong(
        path + ".significant: means nothing while auto_shutdown is never; say any or "
               "all, or leave it out");
    if (m.significant && m.restart == restart_type::permanent)
      return wrong(
        path + ".significant: a permanent member never ends by itself; make it "
               "transient or temporary");
    for (const auto n : m.needs)
      if (n >= i)
        return wrong(path + ".depends_on: must be listed before it");
  }
  if (spec.ends_with != auto_shutdown::never && !any_significant)
    return wrong("auto_shutdown: no member is significant; mark one, or say never");
  return {};
}

} // namespace troupe::supervision
