#include "worktrees/removal.hpp"

#include "worktrees/repository.hpp"
#include "worktrees/take_down.hpp"

#include <algorithm>
#include <filesystem>

namespace troupe::worktrees {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t named_max = 3;

std::string some_of(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), named_max); ++i)
    text.append(text.empty() ? "" : ", ").append(all[i]);
  if (all.size() > named_max)
    text += " and " + std::to_string(all.size() - named_max) + " more";
  return text;
}

/// git shows a directory that it ignores as one entry, and one that is empty too.
bool holds_a_file(const fs::path& entry) {
  std::error_code code;
  if (!fs::is_directory(fs::symlink_status(entry, code)))
    return true;
  fs::recursive_directory_iterator below(entry, code);
  for (; !code && below != fs::recursive_directory_iterator(); below.increment(code))
    if (!fs::is_directory(below->symlink_status(code)))
      return true;
  return static_cast<bool>(code);
}

/// Compared with the commit itself, so that no flag in the index hides a change. Not in
/// submodules, of which only empty ones can go.
result<void> look_for_files(git_repository* at, findings& found) {
  const auto head = head_of(at);
  if (!head)
    return fail(head.error());
  const auto files = tree_of(at, text_of(*git_commit_id(head->get())));
  if (!files)
    return fail(files.error());
  git_diff_options options = GIT_DIFF_OPTIONS_INIT;
  options.flags =
    GIT_DIFF_INCLUDE_UNTRACKED | GIT_DIFF_INCLUDE_IGNORED | GIT_DIFF_INCLUDE_TYPECHANGE;
  options.ignore_submodules = GIT_SUBMODULE_IGNORE_ALL;
  git_diff* made = nullptr;
  if (git_diff_tree_to_workdir(&made, at, files->get(), &options) != 0)
    return fail(git_error(errc::conflict, "git: status"));
  const diff all(made);
  const std::string top = git_repository_workdir(at);
  std::vector<std::string> ignored;
  std::vector<std::string> others;
  for (std::size_t i = 0; i < git_diff_num_deltas(made); ++i) {
    const auto* delta = git_diff_get_delta(made, i);
    const bool gone = delta->status == GIT_DELTA_DELETED;
    const std::string path = gone ? delta->old_file.path : delta->new_file.path;
    if (delta->status != GIT_DELTA_IGNORED)
      others.push_back(path);
    else if (holds_a_file(top + path))
      ignored.push_back(path);
  }
  if (!others.empty())
    found.keeps.push_back(
      "dirty: " + some_of(others) + "; commit them (git -C " + top +
      " add -A, then commit) and merge that, or delete them yourself");
  if (!ignored.empty())
    found.keeps.push_back(
      "dirty: files that git ignores, " + some_of(ignored) + "; look at them (git -C " +
      top + " clean -ndX), keep what you need, then git clean -fdX");
  return {};
}

void add_tip(
  std::string_view full,
  git_repository* at,
  const std::string& without,
  std::vector<git_oid>& tips) {
  git_object* peeled = nullptr;
  git_reference* found = nullptr;
  const bool counts = full.starts_with("refs/heads/") ||
                      full.starts_with("refs/tags/") ||
                      full.starts_with("refs/remotes/");
  if (!counts || full == without || git_reference_lookup(&found, at, full.data()) != 0)
    return;
  const reference held(found);
  if (git_reference_peel(&peeled, found, GIT_OBJECT_COMMIT) != 0)
    return;
  tips.push_back(*git_object_id(peeled));
  git_object_free(peeled);
}

/// The tips of every branch and tag, but the branch that goes too.
result<std::vector<git_oid>>
tips_that_stay(git_repository* at, const std::string& without) {
  git_reference_iterator* made = nullptr;
  if (git_reference_iterator_new(&made, at) != 0)
    return fail(git_error(errc::conflict, "git: branches"));
  const owned<git_reference_iterator, git_reference_iterator_free> each(made);
  std::vector<git_oid> tips;
  const char* name = nullptr;
  while (git_reference_next_name(&name, made) == 0)
    add_tip(name, at, without, tips);
  return tips;
}

bool is_among(git_repository* at, const git_oid& id, const std::vector<git_oid>& tips) {
  const auto same = [&](const git_oid& tip) { return git_oid_equal(&tip, &id) != 0; };
  return std::ranges::any_of(tips, same) ||
         (!tips.empty() &&
          git_graph_reachable_from_any(at, &id, tips.data(), tips.size()) == 1);
}

result<void> look_for_commits(
  git_repository* at, const std::optional<std::string>& run_branch, findings& found) {
  const auto own = run_branch ? "refs/heads/" + *run_branch : std::string();
  const auto tips = tips_that_stay(at, own);
  if (!tips)
    return fail(tips.error());
  std::vector<std::string> unmerged;
  git_oid id;
  if (git_reference_name_to_id(&id, at, "HEAD") == 0 && !is_among(at, id, *tips))
    unmerged.push_back(text_of(id).substr(0, 12));
  if (
    !own.empty() && git_reference_name_to_id(&id, at, own.c_str()) == 0 &&
    !is_among(at, id, *tips) &&
    std::ranges::find(unmerged, text_of(id).substr(0, 12)) == unmerged.end())
    unmerged.push_back(text_of(id).substr(0, 12));
  if (!unmerged.empty())
    found.keeps.push_back(
      "unmerged: no other branch or tag has " + some_of(unmerged) +
      "; merge it where you want it, or keep it: git branch NAME " + unmerged.front());
  return {};
}

bool has_filled_submodule(git_repository* at) {
  git_index* read = nullptr;
  if (git_repository_index(&read, at) != 0)
    return true;
  const owned<git_index, git_index_free> held(read);
  const fs::path top = git_repository_workdir(at);
  std::error_code code;
  for (std::size_t i = 0; i < git_index_entrycount(read); ++i) {
    const auto* entry = git_index_get_byindex(read, i);
    if (
      entry->mode == GIT_FILEMODE_COMMIT &&
      fs::exists(top / entry->path / ".git", code))
      return true;
  }
  return false;
}

/// Submodules keep their own objects below the worktree's record, which goes with it,
/// or in themselves.
void look_for_submodules(git_repository* at, findings& found) {
  std::error_code code;
  const fs::path own = git_repository_path(at);
  if (fs::exists(own / "modules", code) || has_filled_submodule(at))
    found.keeps.emplace_back(
      "submodules: some are filled; push what they hold, then git submodule deinit "
      "--all and delete " +
      (own / "modules").string());
}

void look_for_marks(git_repository* at, findings& found) {
  if (git_repository_state(at) != GIT_REPOSITORY_STATE_NONE)
    found.keeps.emplace_back(
      "in use: a merge, rebase or the like is half done; finish or abort it");
  git_worktree* opened = nullptr;
  if (git_worktree_open_from_repository(&opened, at) != 0)
    return;
  const worktree_handle held(opened);
  if (git_worktree_is_locked(nullptr, opened) > 0)
    found.keeps.emplace_back("in use: it is locked; git worktree unlock");
}

result<findings>
look(git_repository* at, const std::optional<std::string>& run_branch) {
  if (!git_repository_is_worktree(at))
    return fail(errc::conflict, "worktree: this is a repository of its own");
  findings found;
  git_reference* head = nullptr;
  if (git_repository_head(&head, at) == 0) {
    const reference held(head);
    if (git_reference_is_branch(head))
      found.branch = git_reference_shorthand(head);
  }
  if (auto files = look_for_files(at, found); !files)
    return fail(std::move(files.error()));
  if (auto commits = look_for_commits(at, run_branch, found); !commits)
    return fail(std::move(commits.error()));
  look_for_submodules(at, found);
  look_for_marks(at, found);
  return found;
}

/// Commits that were amended, rebased or reset away are in the log of HEAD only, which
/// goes too: refs keep them from git's own clearing up.
result<std::vector<std::string>> keep_replaced(
  git_repository* at, const std::string& name, const std::optional<std::string>& own) {
  auto tips = tips_that_stay(at, own ? "refs/heads/" + *own : std::string());
  git_reflog* read = nullptr;
  if (!tips || git_reflog_read(&read, at, "HEAD") != 0)
    return fail(git_error(errc::conflict, "git: reflog"));
  const owned<git_reflog, git_reflog_free> log(read);
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < git_reflog_entrycount(read); ++i) {
    const auto* id = git_reflog_entry_id_new(git_reflog_entry_byindex(read, i));
    git_commit* found = nullptr;
    if (git_oid_is_zero(id) || git_commit_lookup(&found, at, id) != 0)
      continue;
    const commit held(found);
    if (is_among(at, *id, *tips))
      continue;
    const auto ref = "refs/troupe/" + name + "/" + std::to_string(kept.size() + 1);
    git_reference* made = nullptr;
    if (git_reference_create(&made, at, ref.c_str(), id, 0, "worktree removed") != 0)
      return fail(git_error(errc::conflict, "git: " + ref));
    git_reference_free(made);
    tips->push_back(*id);
    kept.push_back(ref);
  }
  return kept;
}

/// Whether its branch went: not if it is checked out somewhere else.
bool delete_branch(git_repository* at, const std::string& name) {
  git_reference* found = nullptr;
  if (git_branch_lookup(&found, at, name.c_str(), GIT_BRANCH_LOCAL) != 0)
    return false;
  const reference held(found);
  return drop_branch(at, found);
}

} // namespace

result<findings>
inspect(const std::string& path, const std::optional<std::string>& run_branch) {
  const auto at = open_repository(path);
  if (!at)
    return fail(at.error());
  return look(at->get(), run_branch);
}

result<removed_worktree>
remove(const std::string& path, const std::optional<std::string>& run_branch) {
  auto at = open_repository(path);
  if (!at)
    return fail(std::move(at.error()));
  const auto found = look(at->get(), run_branch);
  if (!found)
    return fail(found.error());
  if (!found->keeps.empty()) {
    std::string why = "worktree " + path + " stays, it holds work:";
    for (const auto& each : found->keeps)
      why += "\n- " + each;
    return fail(errc::conflict, why);
  }
  git_worktree* opened = nullptr;
  if (git_worktree_open_from_repository(&opened, at->get()) != 0)
    return fail(git_error(errc::conflict, "git: worktree " + path));
  const worktree_handle record(opened);
  const auto head = head_of(at->get());
  const auto files = head ? tree_of(at->get(), text_of(*git_commit_id(head->get())))
                          : result<tree>(fail(head.error()));
  if (!files)
    return fail(files.error());
  auto kept = keep_replaced(at->get(), git_worktree_name(opened), run_branch);
  if (!kept)
    return fail(std::move(kept.error()));
  if (auto gone = take_down(path, files->get()); !gone)
    return fail(std::move(gone.error()));
  const auto main = open_repository(git_repository_commondir(at->get()));
  if (git_worktree_prune(record.get(), nullptr) != 0)
    return fail(git_error(errc::conflict, "git worktree prune"));
  removed_worktree told{.run_id = {}, .path = path, .branch = {}, .kept_refs = *kept};
  if (main && run_branch && delete_branch(main->get(), *run_branch))
    told.branch = run_branch;
  return told;
}

} // namespace troupe::worktrees
