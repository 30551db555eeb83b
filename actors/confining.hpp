#pragma once

#include "agents/environment.hpp"
#include "keeper/verbs.hpp"
#include "protocol/confinement.hpp"
#include "protocol/isolation.hpp"
#include "protocol/result.hpp"

#include <optional>
#include <string>

/// How a run is confined: pure, without actors.
namespace troupe {

/// What the keeper is to hold a run to: what was asked, its cwd, its directory for
/// temporary files (TMPDIR, else /tmp), and of a worktree what a commit in it needs of
/// the repository, which is neither its hooks nor its configuration.
[[nodiscard]] keeper::fence fence_of(
  const confinement& asked,
  const std::string& cwd,
  const agents::environment& env,
  const std::optional<worktree_view>& worktree);

/// Absolute, or in the home directory.
[[nodiscard]] result<void> check_paths(const confinement& asked);

/// Whether a run that is so confined and works in `above` may have a run work in `cwd`:
/// what it may not write itself, nobody writes for it.
[[nodiscard]] result<void> check_place(
  const std::string& cwd, const confinement& parent, const std::string& above);

} // namespace troupe
