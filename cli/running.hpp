#pragma once

#include "cli/place.hpp"
#include "keeper/descriptor.hpp"
#include "keeper/lease.hpp"

#include <optional>

namespace troupe::cli {

/// A keeper that is proved to be the one of daemon.json, held so that its pid cannot
/// become another's.
struct found_keeper {
  keeper::daemon_info info;
  keeper::descriptor process;
};

/// Of the daemon that runs in this place, if one does. Waits up to 3 s while a keeper
/// that was killed is being succeeded: then its socket answers, and whoever holds that
/// has not written its name yet.
[[nodiscard]] std::optional<found_keeper> find_keeper(const place& where);

} // namespace troupe::cli
