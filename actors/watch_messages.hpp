#pragma once

#include "actors/messages.hpp"
#include "protocol/sessions.hpp"

#include <caf/fwd.hpp>
#include <caf/typed_actor.hpp>

#include <memory>
#include <string>
#include <vector>

/// What the REGISTRY and those who watch runs say to each other.
namespace troupe {

/// Tell the sender of changes of these runs from now on, and of no others; nothing more
/// if it names none.
struct watch_runs : message_tag {
  std::shared_ptr<const caller> who;
  std::vector<std::string> run_ids;
  bool all = false;   ///< Of every run that `who` may see.
  bool lists = false; ///< Only when there is one more run, or one less.
};

/// A run has changed.
struct run_changed : message_tag {
  run_brief brief;
  bool listed = false; ///< It is new, or gone.
};

using watcher_actor = caf::typed_actor<caf::reacts_to<run_changed>>;

} // namespace troupe
