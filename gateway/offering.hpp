#pragma once

#include "gateway/toolsets.hpp"
#include "mcp/terms.hpp"

namespace troupe::mcp {

/// Everything that Troupe has for a client that asks for these toolsets.
[[nodiscard]] result<offer> offered(std::string_view toolsets);

} // namespace troupe::mcp
