#include "actors/worktrees.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "protocol/identity.hpp"
#include "worktrees/changes.hpp"
#include "worktrees/removal.hpp"
#include "worktrees/worktree.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace troupe {

namespace {

namespace fs = std::filesystem;

template <class Question>
asked<get_run> about(const asked<Question>& question) {
  const auto& what = question.what;
  return {
    question.who,
    {},
    {.run_id = what.run_id, .agent_name = what.agent_name, .cwd = what.cwd}};
}

error not_isolated(const run_view& run) {
  return {
    errc::conflict,
    "run " + run.run_id + " has no worktree: it works in " + run.cwd +
      "; spawn_run with isolation worktree gives a run one"};
}

std::optional<error> out_of_bounds(const get_diff& question) {
  if (question.max_bytes >= 1024 && question.max_bytes <= 1'048'576)
    return {};
  return error{
    errc::invalid_argument,
    "max_bytes: must be 1024 to 1048576, got " + std::to_string(question.max_bytes)};
}

/// Ids of runs that have a directory there, newest first.
std::vector<std::string> found_in(const fs::path& directory) {
  std::vector<std::string> ids;
  std::error_code code;
  fs::directory_iterator entry(directory, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code))
    if (auto id = entry->path().filename().string(); is_run_id(id))
      ids.push_back(std::move(id));
  std::ranges::sort(ids, std::greater());
  return ids;
}

template <class T>
void deliver(caf::typed_response_promise<T> to, result<T> what) {
  if (what)
    to.deliver(std::move(*what));
  else
    to.deliver(to_caf(std::move(what.error())));
}

result<run_diff> diff_of(const run_view& run, const get_diff& question) {
  if (!run.worktree)
    return fail(not_isolated(run));
  auto found = worktrees::changes(*run.worktree, question);
  if (found)
    found->run_id = run.run_id;
  return found;
}

std::vector<std::string> kept_by_runs(const worktree_users& users) {
  std::vector<std::string> keeps;
  for (const auto& run_id : users.run_ids)
    keeps.push_back("in use: run " + run_id + " works in it; cancel_run ends it");
  return keeps;
}

} // namespace

result<made_worktree> worktrees_state::make(const make_worktree& wanted) const {
  if (wanted.existing) {
    if (auto there = worktrees::check(*wanted.existing); !there)
      return fail(std::move(there.error()));
    return made_worktree{.view = *wanted.existing, .cwd = wanted.cwd};
  }
  auto made = worktrees::make(
    {.cwd = wanted.cwd,
     .path = setup_.disk.worktree(wanted.run_id),
     .name = wanted.run_id,
     .agent_name = wanted.agent_name});
  if (!made)
    return fail(std::move(made.error()));
  return made_worktree{.view = std::move(made->view), .cwd = std::move(made->cwd)};
}

caf::result<run_diff> worktrees_state::diff(const asked<get_diff>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  auto promise = self_->make_response_promise<run_diff>();
  self_->request(setup_.registry, deadline::disk, about(question))
    .then(
      [promise, what = question.what](const run_view& run) {
        deliver(promise, diff_of(run, what));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

/// A list that is being put together, one run after another.
struct worktrees_state::listing {
  std::shared_ptr<const caller> who;
  std::vector<std::string> left; ///< The next one last.
  worktree_page page;
  caf::typed_response_promise<worktree_page> answer;
};

caf::result<worktree_page>
worktrees_state::list(const asked<list_worktrees>& question) {
  if (question.what.limit < 1 || question.what.limit > 100)
    return to_caf(error{errc::invalid_argument, "limit: must be 1 to 100"});
  auto ids = found_in(setup_.disk.worktrees());
  auto so_far = std::make_shared<listing>();
  so_far->who = question.who;
  so_far->page.total = ids.size();
  ids.resize(std::min<std::size_t>(ids.size(), question.what.limit));
  so_far->left.assign(ids.rbegin(), ids.rend());
  so_far->answer = self_->make_response_promise<worktree_page>();
  auto promise = so_far->answer;
  list_next(so_far);
  return promise;
}

void worktrees_state::list_next(const std::shared_ptr<listing>& so_far) {
  if (so_far->left.empty()) {
    if (so_far->who->run_id)
      so_far->page.total = so_far->page.worktrees.size();
    return deliver<worktree_page>(so_far->answer, std::move(so_far->page));
  }
  const auto run_id = std::move(so_far->left.back());
  so_far->left.pop_back();
  const auto add = [this, so_far, run_id](const run_view* run) {
    const auto path = setup_.disk.worktree(run_id).string();
    const auto branch = run && run->worktree ? std::optional(run->worktree->branch)
                                             : std::optional<std::string>();
    worktree_state state{
      .run_id = run_id, .path = path, .branch = {}, .run_status = {}, .keeps = {}};
    if (auto found = worktrees::inspect(path, branch)) {
      state.branch = std::move(found->branch);
      state.keeps = std::move(found->keeps);
    } else {
      state.keeps = {found.error().message};
    }
    if (run)
      state.run_status = std::string(to_string(run->status));
    if (run && !is_final(run->status))
      state.keeps.insert(state.keeps.begin(), "in use: its run has not ended");
    so_far->page.worktrees.push_back(std::move(state));
    list_next(so_far);
  };
  self_
    ->request(
      setup_.registry,
      deadline::disk,
      asked<get_run>{so_far->who, {}, {.run_id = run_id, .agent_name = {}, .cwd = {}}})
    .then(
      [add](const run_view& run) { add(&run); },
      [this, so_far, add](const caf::error&) {
        so_far->who->run_id ? list_next(so_far) : add(nullptr);
      });
}

caf::result<removed_worktree>
worktrees_state::remove(const asked<remove_worktree>& question) {
  auto promise = self_->make_response_promise<removed_worktree>();
  self_->request(setup_.registry, deadline::disk, about(question))
    .then(
      [this, promise](const run_view& run) mutable {
        if (!run.worktree)
          return deliver<removed_worktree>(promise, fail(not_isolated(run)));
        const auto id = fs::path(run.worktree->path).filename().string();
        remove_if_free(id, run.worktree->branch, promise);
      },
      [this, promise, question](caf::error& e) mutable {
        const auto id = question.what.run_id.value_or("");
        const bool orphan = !question.who->run_id && is_run_id(id) &&
                            fs::is_directory(setup_.disk.worktree(id));
        if (orphan)
          remove_if_free(id, {}, promise);
        else
          promise.deliver(std::move(e));
      });
  return promise;
}

void worktrees_state::remove_if_free(
  const std::string& run_id, const std::optional<std::string>& branch, removal to) {
  const auto path = setup_.disk.worktree(run_id).string();
  if (!fs::is_directory(path))
    return deliver<removed_worktree>(
      to, fail(errc::not_found, "worktree " + path + " is gone already"));
  self_->request(runs_, deadline::answer, who_works_in{.directory = path})
    .then(
      [run_id, path, branch, to](const worktree_users& users) {
        if (!users.run_ids.empty())
          return deliver<removed_worktree>(
            to,
            fail(
              errc::conflict,
              "worktree " + path + " stays: " + kept_by_runs(users).front()));
        auto gone = worktrees::remove(path, branch);
        if (gone)
          gone->run_id = run_id;
        deliver(to, std::move(gone));
      },
      [to](caf::error& e) mutable { to.deliver(std::move(e)); });
}

worktrees_actor::behavior_type worktrees_of_runs(
  worktrees_actor::stateful_pointer<worktrees_state> self, worktrees_setup setup) {
  auto* state = &self->state;
  state->start(std::move(setup));
  return {
    [state](const make_worktree& wanted) { return to_caf(state->make(wanted)); },
    [state](const asked<get_diff>& q) { return state->diff(q); },
    [state](const asked<list_worktrees>& q) { return state->list(q); },
    [state](const asked<remove_worktree>& q) { return state->remove(q); },
    [state](const runs_actor& runs) { state->meet(runs); },
  };
}

} // namespace troupe
