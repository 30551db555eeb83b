#pragma once

#include "protocol/isolation.hpp"
#include "protocol/record.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Runs in a git worktree of their own: what changed in it, and the end of it.
namespace troupe {

struct get_diff {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  bool stat = false;
  std::uint64_t offset = 0;
  std::uint32_t max_bytes = 16'384;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("run_id", &get_diff::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &get_diff::agent_name, "Instead of run_id."),
      optional("cwd", &get_diff::cwd, "Where the agent_name is meant."),
      optional("stat", &get_diff::stat, "Only which files, without the patch."),
      optional("offset", &get_diff::offset, "Byte of the patch to start at."),
      optional(
        "max_bytes", &get_diff::max_bytes, "Size of the answer, 1024 to 1048576."),
    };
  }
};

enum class file_change : std::uint8_t { added, deleted, modified, renamed, typechange };

constexpr auto names(file_change) {
  return std::to_array<std::string_view>(
    {"added", "deleted", "modified", "renamed", "typechange"});
}

struct changed_file {
  std::string path;
  file_change change = file_change::modified;
  std::uint64_t added_lines = 0;
  std::uint64_t deleted_lines = 0;
  bool binary = false;

  friend bool operator==(const changed_file&, const changed_file&) = default;

  static constexpr auto fields() {
    return field_list{
      required("path", &changed_file::path, "From the top of the worktree."),
      required("change", &changed_file::change, "What happened to it."),
      optional("added_lines", &changed_file::added_lines, "In text."),
      optional("deleted_lines", &changed_file::deleted_lines, "In text."),
      optional("binary", &changed_file::binary, "No text, or too large to compare."),
    };
  }
};

struct run_diff {
  std::string run_id;
  worktree_view worktree;
  std::string head_commit;
  bool removed = false;
  std::vector<changed_file> files;
  std::uint64_t files_total = 0;
  std::string patch;
  std::uint64_t patch_bytes = 0;
  std::uint64_t next_offset = 0;
  bool has_more = false;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &run_diff::run_id, "The run."),
      required("worktree", &run_diff::worktree, "Where, and since which commit."),
      required("head_commit", &run_diff::head_commit, "What is checked out now."),
      optional(
        "removed",
        &run_diff::removed,
        "The worktree is gone; this is what its branch says."),
      required("files", &run_diff::files, "What changed, untracked files included."),
      required("files_total", &run_diff::files_total, "How many, shown or not."),
      optional("patch", &run_diff::patch, "Unified diff from offset on."),
      required("patch_bytes", &run_diff::patch_bytes, "Of the whole patch."),
      required("next_offset", &run_diff::next_offset, "Give this as offset next."),
      required("has_more", &run_diff::has_more, "Whether the patch goes on."),
    };
  }
};

struct list_worktrees {
  std::uint32_t limit = 50;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("limit", &list_worktrees::limit, "At most this many, 1 to 100."),
    };
  }
};

struct worktree_state {
  std::string run_id;
  std::string path;
  std::optional<std::string> branch;
  std::optional<std::string> run_status;
  std::vector<std::string> keeps;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &worktree_state::run_id, "The run it was made for."),
      required("path", &worktree_state::path, "Its top directory."),
      optional("branch", &worktree_state::branch, "What is checked out."),
      optional(
        "run_status", &worktree_state::run_status, "Absent: the run is not known."),
      optional(
        "keeps", &worktree_state::keeps, "Why it may not be removed; nothing: it may."),
    };
  }
};

struct worktree_page {
  std::vector<worktree_state> worktrees;
  std::uint64_t total = 0;

  static constexpr auto fields() {
    return field_list{
      required("worktrees", &worktree_page::worktrees, "Newest first."),
      required("total", &worktree_page::total, "How many there are."),
    };
  }
};

struct remove_worktree {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "run_id", &remove_worktree::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &remove_worktree::agent_name, "Instead of run_id."),
      optional("cwd", &remove_worktree::cwd, "Where the agent_name is meant."),
    };
  }
};

struct removed_worktree {
  std::string run_id;
  std::string path;
  std::optional<std::string> branch;
  std::vector<std::string> kept_refs;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &removed_worktree::run_id, "The run it was made for."),
      required("path", &removed_worktree::path, "What is gone."),
      optional(
        "branch", &removed_worktree::branch, "Deleted too: others have its commits."),
      optional(
        "kept_refs",
        &removed_worktree::kept_refs,
        "Commits that were amended or reset away."),
    };
  }
};

} // namespace troupe
