#pragma once

#include "actors/interfaces.hpp"
#include "store/layout.hpp"

#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include <memory>
#include <optional>
#include <string>

namespace troupe {

struct worktrees_setup {
  store::layout disk;
  registry_actor registry;
};

/// The git worktrees of runs, below the state directory. Blocks on the disk, so it is
/// spawned detached; starts no process. Remembers nothing: what there is lies on disk.
/// Which run is meant, and who may see it, the REGISTRY says; who works in it, RUNS.
class worktrees_state {
public:
  static inline const char* name = "worktrees";

  explicit worktrees_state(worktrees_actor::pointer self) : self_(self) {}

  void start(worktrees_setup setup) { setup_ = std::move(setup); }
  void meet(runs_actor runs) { runs_ = std::move(runs); }

  [[nodiscard]] result<made_worktree> make(const make_worktree& wanted) const;
  caf::result<run_diff> diff(const asked<get_diff>& question);
  caf::result<worktree_page> list(const asked<list_worktrees>& question);
  caf::result<removed_worktree> remove(const asked<remove_worktree>& question);

private:
  struct listing;
  using removal = caf::typed_response_promise<removed_worktree>;

  void list_next(const std::shared_ptr<listing>& so_far);
  void remove_if_free(
    const std::string& run_id, const std::optional<std::string>& branch, removal to);

  worktrees_actor::pointer self_;
  worktrees_setup setup_;
  runs_actor runs_;
};

worktrees_actor::behavior_type worktrees_of_runs(
  worktrees_actor::stateful_pointer<worktrees_state> self, worktrees_setup setup);

} // namespace troupe
