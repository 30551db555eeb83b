#include "worktrees/worktree.hpp"

#include "worktrees/repository.hpp"
#include "worktrees/take_down.hpp"

#include <filesystem>
#include <sys/stat.h>

namespace troupe::worktrees {

namespace fs = std::filesystem;

namespace {

constexpr int branches_max = 1000;

/// `cwd` seen from the top of its working directory; empty: the top itself.
result<std::string> below_top(git_repository* at, const std::string& cwd) {
  const char* top = git_repository_workdir(at);
  if (git_repository_is_bare(at) || !top)
    return fail(
      errc::invalid_argument,
      "cwd: " + cwd + " is a bare git repository; give a cwd in a clone of it");
  std::error_code code;
  const auto real = fs::canonical(cwd, code);
  const auto below = real.lexically_relative(fs::canonical(top, code));
  if (code || below.empty() || *below.begin() == ".." || *below.begin() == ".git")
    return fail(
      errc::invalid_argument,
      "cwd: " + cwd + " is not in the working directory of its git repository, " + top);
  return below == "." ? std::string() : below.string();
}

/// core.worktree, as submodules have it, would send every worktree to that one place.
result<void> refuse_moved(git_repository* at, const std::string& cwd) {
  git_config* all = nullptr;
  if (git_repository_config_snapshot(&all, at) != 0)
    return fail(git_error(errc::conflict, "git: configuration"));
  const owned<git_config, git_config_free> settings(all);
  const char* elsewhere = nullptr;
  if (git_config_get_string(&elsewhere, settings.get(), "core.worktree") != 0)
    return {};
  return fail(
    errc::invalid_argument,
    "cwd: " + cwd +
      " is in a submodule, or its git repository sets core.worktree; give a cwd in a "
      "clone of its own");
}

result<void>
must_hold(git_repository* at, const std::string& base, const std::string& below) {
  if (below.empty())
    return {};
  const auto files = tree_of(at, base);
  if (!files)
    return fail(files.error());
  git_tree_entry* found = nullptr;
  const int code = git_tree_entry_bypath(&found, files->get(), below.c_str());
  const tree_entry entry(found);
  if (code == 0 && git_tree_entry_type(entry.get()) == GIT_OBJECT_TREE)
    return {};
  return fail(
    errc::invalid_argument,
    "cwd: " + below + " is not in commit " + base.substr(0, 12) +
      ", from which the worktree starts; commit it, or start in a directory that is");
}

result<reference>
new_branch(git_repository* at, const std::string& name, git_commit* base) {
  git_reference* made = nullptr;
  const int code = git_branch_create(&made, at, name.c_str(), base, 0);
  if (code == 0)
    return reference(made);
  if (code == GIT_EEXISTS)
    return fail(errc::conflict, name);
  return fail(git_error(
    errc::invalid_argument,
    "isolation: no branch " + name +
      " can be made (a branch called troupe is in the "
      "way of those below it)"));
}

/// The first of troupe/<name>, troupe/<name>-2 … that nobody has.
result<reference>
free_branch(git_repository* at, const std::string& agent_name, git_commit* base) {
  const auto wanted = "troupe/" + agent_name;
  for (int n = 1; n <= branches_max; ++n) {
    const auto name = n == 1 ? wanted : wanted + "-" + std::to_string(n);
    auto made = new_branch(at, name, base);
    if (made || made.error().code != errc::conflict)
      return made;
  }
  return fail(
    errc::conflict,
    "nickname: " + std::to_string(branches_max) + " branches are called " + wanted +
      "; choose another name, or delete those that are merged");
}

result<void>
check_out(git_repository* at, const plan& wanted, const git_reference* branch) {
  std::error_code code;
  const fs::path above = fs::path(wanted.path).parent_path();
  fs::create_directories(above, code);
  if (code || ::chmod(above.c_str(), 0700) != 0)
    return fail(errc::unavailable, "isolation: no directory " + above.string());
  git_worktree_add_options options = GIT_WORKTREE_ADD_OPTIONS_INIT;
  options.ref = const_cast<git_reference*>(branch);
  options.checkout_options.checkout_strategy = GIT_CHECKOUT_FORCE;
  git_worktree* made = nullptr;
  const int failed =
    git_worktree_add(&made, at, wanted.name.c_str(), wanted.path.c_str(), &options);
  const worktree_handle held(made);
  if (failed != 0)
    return fail(git_error(errc::conflict, "isolation: worktree " + wanted.path));
  return {};
}

/// Of a checkout that failed.
void clear_away(
  git_repository* at,
  const plan& wanted,
  const std::string& base,
  git_reference* branch) {
  if (const auto files = tree_of(at, base))
    static_cast<void>(take_down(wanted.path, files->get()));
  git_worktree* left = nullptr;
  if (git_worktree_lookup(&left, at, wanted.name.c_str()) == 0) {
    const worktree_handle held(left);
    git_worktree_prune(left, nullptr);
  }
  drop_branch(at, branch);
}

} // namespace

result<made> make(const plan& wanted) {
  auto at = repository_around(wanted.cwd);
  if (!at)
    return fail(std::move(at.error()));
  const auto below = below_top(at->get(), wanted.cwd);
  if (!below)
    return fail(below.error());
  if (auto moved = refuse_moved(at->get(), wanted.cwd); !moved)
    return fail(std::move(moved.error()));
  const auto base = head_of(at->get());
  if (!base)
    return fail(base.error());
  const auto id = text_of(*git_commit_id(base->get()));
  if (auto held = must_hold(at->get(), id, *below); !held)
    return fail(std::move(held.error()));
  if (fs::exists(fs::symlink_status(wanted.path)))
    return fail(errc::conflict, "isolation: " + wanted.path + " exists already");
  const auto branch = free_branch(at->get(), wanted.agent_name, base->get());
  if (!branch)
    return fail(branch.error());
  const std::string branch_name = git_reference_shorthand(branch->get());
  if (auto out = check_out(at->get(), wanted, branch->get()); !out) {
    clear_away(at->get(), wanted, id, branch->get());
    return fail(std::move(out.error()));
  }
  return made{
    .view =
      {.path = wanted.path,
       .branch = branch_name,
       .base_commit = id,
       .repository = git_repository_commondir(at->get()),
       .origin = wanted.cwd},
    .cwd = below->empty() ? wanted.path : wanted.path + "/" + *below};
}

result<void> check(const worktree_view& at) {
  std::error_code code;
  if (fs::is_directory(at.path, code) && open_repository(at.path))
    return {};
  return fail(
    errc::ended,
    "the worktree of this conversation, " + at.path + ", is gone; its commits are on " +
      at.branch + " as far as that branch is left. Start a new run with spawn_run");
}

} // namespace troupe::worktrees
