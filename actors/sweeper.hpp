#pragma once

#include "actors/interfaces.hpp"
#include "store/layout.hpp"

namespace troupe {

struct sweeper_state {
  static inline const char* name = "sweeper";
};

/// Says which final runs are to go (store/retention.hpp), and deletes what the JOURNAL
/// took away. Both are slow, so it is spawned detached, and so that the JOURNAL need
/// not.
sweeper_actor::behavior_type
sweeper(sweeper_actor::stateful_pointer<sweeper_state> self, store::layout disk);

} // namespace troupe
