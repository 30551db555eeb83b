#include "worktrees/repository.hpp"

#include <array>

namespace troupe::worktrees {

void wake_library() {
  static const int once = git_libgit2_init();
  static_cast<void>(once);
}

error git_error(errc code, const std::string& doing) {
  const auto* last = git_error_last();
  const bool said = last && last->message && *last->message;
  return {code, doing + ": " + (said ? last->message : "no details")};
}

result<repository> repository_around(const std::string& directory) {
  wake_library();
  git_repository* found = nullptr;
  const int code = git_repository_open_ext(&found, directory.c_str(), 0, nullptr);
  repository opened(found);
  if (code == GIT_ENOTFOUND)
    return fail(
      errc::invalid_argument,
      "cwd: " + directory +
        " is in no git repository; give a cwd that is, or leave out isolation");
  if (code == GIT_EOWNER)
    return fail(
      errc::refused,
      "cwd: the git repository around " + directory +
        " belongs to another user; if you trust it: git config --global --add "
        "safe.directory DIRECTORY");
  if (code != 0)
    return fail(
      git_error(errc::invalid_argument, "cwd: the git repository around " + directory));
  return opened;
}

result<repository> open_repository(const std::string& path) {
  wake_library();
  git_repository* found = nullptr;
  const int code = git_repository_open(&found, path.c_str());
  repository opened(found);
  if (code != 0)
    return fail(git_error(
      code == GIT_ENOTFOUND ? errc::not_found : errc::conflict, "git: " + path));
  return opened;
}

std::string text_of(const git_oid& id) {
  std::array<char, GIT_OID_HEXSZ + 1> text{};
  git_oid_tostr(text.data(), text.size(), &id);
  return text.data();
}

result<commit> head_of(git_repository* at) {
  git_reference* found = nullptr;
  const int code = git_repository_head(&found, at);
  const reference head(found);
  if (code == GIT_EUNBORNBRANCH || code == GIT_ENOTFOUND)
    return fail(
      errc::invalid_argument,
      "cwd: its git repository has no commit yet; make a first one (git commit "
      "--allow-empty), a worktree starts from a commit");
  if (code != 0)
    return fail(git_error(errc::conflict, "git: HEAD"));
  git_object* peeled = nullptr;
  if (git_reference_peel(&peeled, head.get(), GIT_OBJECT_COMMIT) != 0)
    return fail(git_error(errc::conflict, "git: HEAD"));
  return commit(reinterpret_cast<git_commit*>(peeled));
}

result<tree> tree_of(git_repository* at, const std::string& commit_id) {
  git_oid id;
  git_commit* found = nullptr;
  if (
    git_oid_fromstr(&id, commit_id.c_str()) != 0 ||
    git_commit_lookup(&found, at, &id) != 0)
    return fail(git_error(errc::not_found, "git: commit " + commit_id));
  const commit base(found);
  git_tree* files = nullptr;
  if (git_commit_tree(&files, base.get()) != 0)
    return fail(git_error(errc::conflict, "git: commit " + commit_id));
  return tree(files);
}

namespace {

using settings_of = owned<git_config, git_config_free>;
using settings_walk = owned<git_config_iterator, git_config_iterator_free>;

void drop_settings(git_repository* at, const std::string& prefix) {
  git_config* all = nullptr;
  if (git_repository_config(&all, at) != 0)
    return;
  const settings_of settings(all);
  git_config_iterator* made = nullptr;
  if (git_config_iterator_new(&made, all) != 0)
    return;
  const settings_walk each(made);
  std::vector<std::string> names;
  git_config_entry* entry = nullptr;
  while (git_config_next(&entry, made) == 0)
    if (const std::string name = entry->name; name.starts_with(prefix))
      names.push_back(name);
  for (const auto& name : names)
    git_config_delete_entry(all, name.c_str());
}

} // namespace

bool drop_branch(git_repository* at, git_reference* branch) {
  const std::string prefix =
    "branch." + std::string(git_reference_shorthand(branch)) + ".";
  if (git_branch_is_checked_out(branch) != 0 || git_reference_delete(branch) != 0)
    return false;
  drop_settings(at, prefix);
  return true;
}

} // namespace troupe::worktrees
