#pragma once

#include "cli/options.hpp"
#include "cli/place.hpp"

namespace troupe::cli {

/// `troupe daemon status|stop|start|restart|upgrade`. Returns the exit code.
[[nodiscard]] int command_daemon(const place& at, const daemon_options& wanted);

} // namespace troupe::cli
