#include "actors/registry.hpp"

#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The REGISTRY's part in restarts: those of teams, which follow their runs, and those
/// a person orders.
namespace troupe {

void registry_state::follow(const follow_run& whom, const team_actor& who) {
  const auto* run = roll_.find(whom.run_id);
  if (!run)
    return;
  self_->send(who, run_report{.brief = *run});
  if (!is_final(run->status))
    followers_.insert_or_assign(whom.run_id, follower{who, run->phase});
}

void registry_state::tell_follower(const run_brief& brief) {
  const auto it = followers_.find(brief.run_id);
  if (it == followers_.end() || it->second.told == brief.phase)
    return;
  it->second.told = brief.phase;
  self_->send(it->second.who, run_report{.brief = brief});
  if (is_final(brief.status))
    followers_.erase(it);
}

caf::result<restarted_run> registry_state::restart(const asked<restart_run>& question) {
  const auto& what = question.what;
  auto run = roll_.resolve(*question.who, what.run_id, what.agent_name, what.cwd);
  if (!run)
    return to_caf(std::move(run.error()));
  if (const auto* actor = actor_of(**run))
    return self_->delegate(*actor, question);
  return to_caf(error{
    errc::ended,
    "run " + (*run)->run_id + " has ended (" + std::string(to_string((*run)->status)) +
      "); go on with it with continue_run, or start another with spawn_run"});
}

} // namespace troupe
