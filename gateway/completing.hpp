#pragma once

#include "gateway/serving.hpp"

namespace troupe::mcp {

/// Ids and names that go on from what is there: of the newest runs, by the start of
/// their id or of their agent's name.
void complete(const guest& who, const completion& asked, settle_with reply);

} // namespace troupe::mcp
