#pragma once

#include "actors/interfaces.hpp"

#include <caf/unit.hpp>

namespace troupe {

struct syncer_state {
  static inline const char* name = "syncer";
};

/// Waits for the disk so that the JOURNAL does not have to. Spawned detached. Takes
/// `caf::unit` because CAF 0.17 reads through a null pointer (init_fun_factory.hpp)
/// when it spawns a function that takes nothing.
syncer_actor::behavior_type
syncer(syncer_actor::stateful_pointer<syncer_state> self, caf::unit_t);

} // namespace troupe
