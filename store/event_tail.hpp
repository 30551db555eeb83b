#pragma once

#include "protocol/events.hpp"

#include <optional>
#include <string_view>

namespace troupe::store {

/// The `src` member at the end of a line of events.jsonl, found from behind without
/// parsing. A member of that name inside `data` is not mistaken for it: behind that one
/// three braces close, and inside a string its quotes would be escaped.
struct event_tail {
  std::string_view before; ///< The line up to the comma before `src`.
  event_source src;
};

[[nodiscard]] std::optional<event_tail> find_tail(std::string_view line);

} // namespace troupe::store
