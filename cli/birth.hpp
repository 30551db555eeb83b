#pragma once

#include "cli/place.hpp"
#include "protocol/result.hpp"

namespace troupe::cli {

/// Starts the daemon unless it listens already, and waits until it does. For a process
/// of its own (see starter): blocks for at most starter::patience, forks, takes locks.
///
/// The daemon is nobody's child: own session, directory /, an environment of its own,
/// no descriptors but its log, out of any agent's cgroup, signals as at the start of
/// the world. The umask stays: it is what agents get (keeper/keeper.hpp). It is
/// executed as
/// `<program> keeper --state-dir D --ready-fd N` and writes one line to N: empty when
/// it is ready, else why it is not.
[[nodiscard]] result<void> give_birth(const place& where);

} // namespace troupe::cli
