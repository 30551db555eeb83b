#pragma once

#include "protocol/record.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

enum class isolation_mode : std::uint8_t { none, worktree };

constexpr auto names(isolation_mode) {
  return std::to_array<std::string_view>({"none", "worktree"});
}

struct worktree_view {
  std::string path;
  std::string branch;
  std::string base_commit;
  std::string repository;
  std::string origin;

  friend bool operator==(const worktree_view&, const worktree_view&) = default;

  static constexpr auto fields() {
    return field_list{
      required("path", &worktree_view::path, "Top directory of the worktree."),
      required("branch", &worktree_view::branch, "Made for it."),
      required("base_commit", &worktree_view::base_commit, "Where it started."),
      required("repository", &worktree_view::repository, "The .git it belongs to."),
      required("origin", &worktree_view::origin, "The cwd that was asked for."),
    };
  }
};

} // namespace troupe
