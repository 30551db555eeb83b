#pragma once

#include <string_view>

namespace troupe::keeper {

/// One event as a line on stderr, with the time; for the daemon's log.
void log(std::string_view event);

} // namespace troupe::keeper
