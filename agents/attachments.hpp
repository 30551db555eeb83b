#pragma once

#include "agents/adapter.hpp"
#include "protocol/messages.hpp"

#include <optional>
#include <string>

namespace troupe::agents {

/// Why a message cannot be given to an agent of this backend: it brings bytes of a kind
/// that the backend has no place for, or for which it needs to know the kind. Nothing
/// if it can. Files that are named by their uri go to every backend, by a line in the
/// prompt where there is no better way. What one agent takes and another of the same
/// backend does not, its adapter refuses.
[[nodiscard]] std::optional<std::string>
wrong_with_files(const backend_type& backend, const agent_message& m);

} // namespace troupe::agents
