#pragma once

#include "gateway/serving.hpp"

/// A client that comes over HTTP has no working directory that Troupe could know. What
/// it starts without saying where, starts in the first of its roots.
namespace troupe::mcp {

/// Whether this call needs a place that only the client's roots can tell. Never a
/// run's: its place is that of the run.
[[nodiscard]] bool lacks_place(const guest& who, const request& asked);

/// Asks the client for its roots.
[[nodiscard]] settlement ask_for_roots();

/// The arguments with the place that the client's roots tell; as they are if they tell
/// none, which the tool then complains of.
[[nodiscard]] json placed(const request& asked, const tool_call& call);

} // namespace troupe::mcp
