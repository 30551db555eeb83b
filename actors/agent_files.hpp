#pragma once

#include "actors/interfaces.hpp"

namespace troupe {

/// Reads or writes one file that an agent asked for, inside the directory of its run,
/// and is gone. Blocks on the disk, so it is spawned detached; for one file each, so
/// that a disk which hangs holds up no other agent.
agent_file_actor::behavior_type agent_file(agent_file_actor::pointer self);

} // namespace troupe
