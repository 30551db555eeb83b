#pragma once

#include "actors/room.hpp"
#include "gateway/row.hpp"
#include "mcp/answers.hpp"

namespace troupe::mcp {

/// Who asks, for what is neither question nor call: what there is for him, the time.
struct guest {
  inquiry as;
  const offer* offered = nullptr;
  const room* outside = nullptr;
};

using settle_with = std::function<void(settlement)>;

/// Answers what a client asks by asking at the desk; once, at once or later.
void serve(const guest& who, const request& asked, settle_with reply);

} // namespace troupe::mcp
