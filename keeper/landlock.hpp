#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/orders.hpp"
#include "protocol/result.hpp"

namespace troupe::keeper {

/// The kernel's own fence around a process and all that it starts: what it may write
/// to, and whom it may signal. Needs no privilege, holds for root too, and cannot be
/// taken off (Landlock, Documentation/userspace-api/landlock.rst).

/// Version of Landlock's interface here; 0: none, or TROUPE_PROBE_LANDLOCK=0.
[[nodiscard]] int landlock_version();

/// A ruleset that lets nothing be written but what is named, to be put on by a process
/// about to become the agent. Refused where the kernel cannot do all that was asked
/// for, and for a path that must exist and does not; never less than asked.
[[nodiscard]] result<descriptor> ruleset_for(const fence& asked);

} // namespace troupe::keeper
