#pragma once

#include "transcript.hpp"

namespace troupe::agents::acp {

/// A conversation of tests/clients/record_acp.mjs. Its meta line holds the plan. What
/// the host asked on the way to a session is made again by the adapter, so the first
/// turn comes before everything else.
[[nodiscard]] transcript read_recorded(const std::filesystem::path& file);

} // namespace troupe::agents::acp
