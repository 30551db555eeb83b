#pragma once

#include "actors/environments.hpp"
#include "actors/interfaces.hpp"

#include <optional>

namespace troupe {

/// Everything a RUN is started with: what is on disk, and whom to tell.
struct run_setup {
  loaded_run loaded;
  environments::shared env; ///< That of `loaded.launch`.
  std::optional<keeper::kept_attempt>
    kept;                 ///< What the keeper holds of its newest attempt.
  bool recovered = false; ///< It was begun by a predecessor of ours.
  registry_actor registry;
  notifier_actor notifier;
  runs_actor supervisor;
  post_actor post;
};

} // namespace troupe
