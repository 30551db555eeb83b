#pragma once

#include "gateway/row.hpp"

namespace troupe::mcp {

/// Reads the decisions about a run from its events, newest first, and those of its
/// team; of a team from its record. At most the last 4000 events of a run are looked
/// at.
void tell_why(const inquiry& q, ask_why params, reply_to<why_view> reply);

} // namespace troupe::mcp
