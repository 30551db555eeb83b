#include "actors/runs.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// RUNS: runs that work in a git worktree of their own.
namespace troupe {

void runs_state::isolate(const asked<spawn_run>& request, new_run made, answers to) {
  const auto& v = made.record.view;
  if (!v.worktree && request.what.isolation == isolation_mode::none)
    return record(std::move(made), std::move(to));
  make_worktree question{
    .run_id = v.run_id,
    .agent_name = v.agent_name,
    .cwd = v.cwd,
    .existing = v.worktree};
  self_->request(setup_.worktrees, deadline::checkout, std::move(question))
    .then(
      [this, made, to](made_worktree& answer) mutable {
        auto& view = made.record.view;
        view.worktree = std::move(answer.view);
        view.cwd = std::move(answer.cwd);
        if (const auto live = live_.find(view.run_id); live != live_.end())
          live->second.brief = brief_of(view);
        record(std::move(made), std::move(to));
      },
      [this, made, to](caf::error& e) { unmade(made.record, from_caf(e), to); });
}

worktree_users runs_state::users_of(const who_works_in& question) const {
  worktree_users found;
  for (const auto& [run_id, run] : live_) {
    const auto& cwd = run.brief.cwd;
    if (
      cwd.starts_with(question.directory) && (cwd.size() == question.directory.size() ||
                                              cwd[question.directory.size()] == '/'))
      found.run_ids.push_back(run_id);
  }
  return found;
}

} // namespace troupe
