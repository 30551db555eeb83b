#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

struct syncer_state {
  static inline const char* name = "syncer";
};

/// Waits for the disk so that the JOURNAL does not have to. Spawned detached.
syncer_actor::behavior_type syncer(syncer_actor::stateful_pointer<syncer_state> self);

} // namespace troupe
