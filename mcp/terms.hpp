#pragma once

#include "mcp/offer.hpp"
#include "mcp/seal.hpp"

#include <memory>

namespace troupe::mcp {

/// What a server holds with one client: what it offers, how it signs what the client
/// keeps for it, and for whom.
struct terms {
  std::shared_ptr<const offer> offered;
  std::shared_ptr<const seal> seals;
  std::string
    principal; ///< Who the client is; what is sealed for one opens for none else.
};

} // namespace troupe::mcp
