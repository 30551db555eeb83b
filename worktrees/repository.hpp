#pragma once

#include "protocol/result.hpp"

#include <git2.h>
#include <memory>
#include <string>

/// libgit2 in the house style, for the sources of this room only. libgit2 starts no
/// process: no hook, no filter, no fsmonitor of a repository is ever run.
namespace troupe::worktrees {

template <class T, void (*Free)(T*)>
struct freed {
  void operator()(T* object) const { Free(object); }
};

template <class T, void (*Free)(T*)>
using owned = std::unique_ptr<T, freed<T, Free>>;

using repository = owned<git_repository, git_repository_free>;
using reference = owned<git_reference, git_reference_free>;
using commit = owned<git_commit, git_commit_free>;
using tree = owned<git_tree, git_tree_free>;
using tree_entry = owned<git_tree_entry, git_tree_entry_free>;
using diff = owned<git_diff, git_diff_free>;
using patch = owned<git_patch, git_patch_free>;
using worktree_handle = owned<git_worktree, git_worktree_free>;

/// Brings the library up once for the process.
void wake_library();

/// The error libgit2 met last on this thread, behind what was being done.
[[nodiscard]] error git_error(errc code, const std::string& doing);

/// The repository around a directory, searched upwards.
[[nodiscard]] result<repository> repository_around(const std::string& directory);

/// The repository whose .git, or worktree, this is.
[[nodiscard]] result<repository> open_repository(const std::string& path);

[[nodiscard]] std::string text_of(const git_oid& id);

/// The commit that is checked out.
[[nodiscard]] result<commit> head_of(git_repository* at);

[[nodiscard]] result<tree> tree_of(git_repository* at, const std::string& commit_id);

/// Whether a branch went, with its settings and its log: not if it is checked out. Not
/// `git_branch_delete`, which looks for the settings by a regular expression:
/// libgit2 1.5 on PCRE2 loses 20 KiB for each line of them that does not match.
bool drop_branch(git_repository* at, git_reference* branch);

} // namespace troupe::worktrees
