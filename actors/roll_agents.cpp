#include "actors/roll.hpp"

#include <algorithm>
#include <set>

/// The roll as a directory of agents: conversations by their names.
namespace troupe {

namespace {

constexpr int generations_max = 64;

const std::string& place_of(const run_brief& run) {
  return run.origin ? *run.origin : run.cwd;
}

agent_status status_of_agent(const run_brief& run) {
  const auto shown =
    is_final(run.status) ? std::string_view("idle") : to_string(run.status);
  return from_name<agent_status>(shown).value_or(agent_status::running);
}

agent_entry entry_of(const run_brief& run) {
  return {
    .agent_name = run.agent_name,
    .role = run.role,
    .backend = run.backend,
    .session_id = run.session_id,
    .status = status_of_agent(run),
    .cwd = run.cwd,
    .last_run_id = run.run_id,
    .updated_at = run.updated_at};
}

/// Of several runs of one conversation the one at work stands for it.
int rank_of(const run_brief& run) {
  if (is_final(run.status))
    return 0;
  return run.status == run_status::queued ? 1 : 2;
}

error no_such_agent(const std::string& word) {
  return {
    errc::not_found, "no such agent: " + word + "; list_agents shows which there are"};
}

} // namespace

bool roll::may_write(const caller& who, const run_brief& run) const {
  if (may_see(who, run))
    return true;
  const auto* me = who.run_id ? find(*who.run_id) : nullptr;
  if (!me || me->session_id == run.session_id)
    return false;
  auto above = me->parent_run_id;
  for (int steps = 0; above && steps < generations_max; ++steps) {
    if (*above == run.run_id)
      return true;
    const auto* parent = find(*above);
    above = parent ? parent->parent_run_id : std::nullopt;
  }
  const bool is_of_my_team = me->team_id && me->team_id == run.team_id;
  const bool is_beside_me =
    me->parent_run_id == run.parent_run_id && place_of(*me) == place_of(run);
  return is_of_my_team || is_beside_me;
}

agent_page roll::agents(const caller& who, const list_agents& question) const {
  std::map<std::string, const run_brief*> newest;
  for (const auto& [run_id, run] : runs_) {
    const bool is_me = who.run_id == run_id;
    if (!is_at(run, question.cwd) || (!is_me && !may_write(who, run)))
      continue;
    auto& known = newest[run.session_id];
    if (!known || rank_of(run) >= rank_of(*known))
      known = &run;
  }
  agent_page page;
  for (const auto& [session_id, run] : newest) {
    auto entry = entry_of(*run);
    if (
      (!question.status || entry.status == *question.status) &&
      (!question.backend || entry.backend == *question.backend))
      page.agents.push_back(std::move(entry));
  }
  std::ranges::sort(page.agents, std::ranges::greater(), [](const agent_entry& each) {
    return std::pair(each.status != agent_status::idle, each.last_run_id);
  });
  page.total = page.agents.size();
  page.agents.resize(std::min<std::size_t>(page.agents.size(), question.limit));
  return page;
}

result<const run_brief*> roll::addressee(
  const caller& who,
  const std::string& word,
  const std::optional<std::string>& cwd) const {
  if (const auto* run = find(word)) {
    if (may_write(who, *run))
      return run;
    return fail(no_such_agent(word));
  }
  std::map<std::string, const run_brief*> live;
  std::map<std::string, const run_brief*> past;
  for (const auto& [run_id, run] : runs_)
    if (run.agent_name == word && is_at(run, cwd) && may_write(who, run))
      (is_final(run.status) ? past : live)[place_of(run)] = &run;
  const auto& found = live.empty() ? past : live;
  if (found.empty())
    return fail(no_such_agent(word));
  if (found.size() == 1)
    return found.begin()->second;
  std::string places;
  for (const auto& [place, run] : found)
    places.append(places.empty() ? "" : ", ").append(place);
  return fail(
    errc::invalid_argument,
    "more than one agent is called " + word + ": give cwd, one of " + places);
}

} // namespace troupe
