#pragma once

#include "actors/interfaces.hpp"
#include "store/layout.hpp"

namespace troupe {

struct sweeper_state {
  static inline const char* name = "sweeper";
};

/// Says which final runs are to go (store/retention.hpp). Reads all there is, so it is
/// spawned detached, and so that the JOURNAL need not; removes nothing itself.
sweeper_actor::behavior_type
sweeper(sweeper_actor::stateful_pointer<sweeper_state> self, store::layout disk);

} // namespace troupe
