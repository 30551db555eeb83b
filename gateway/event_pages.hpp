#pragma once

#include "mcp/budget.hpp"
#include "protocol/runs.hpp"

namespace troupe::mcp {

/// Fewer events, so that the page fits and its cursor is right; always one at least,
/// which `fit` then shortens.
[[nodiscard]] json fit(const event_page& page, std::size_t bytes_max);

} // namespace troupe::mcp
