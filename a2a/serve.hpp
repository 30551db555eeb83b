#pragma once

#include "protocol/a2a_service.hpp"

#include <functional>
#include <string>

namespace troupe::a2a {

/// Serves until it is told to stop (SIGINT, SIGTERM, SIGHUP) or the daemon is gone for
/// good. `tell` gets what there is to print, a line each. Returns the exit code.
[[nodiscard]] int
serve(const a2a_service& what, const std::function<void(const std::string&)>& tell);

} // namespace troupe::a2a
