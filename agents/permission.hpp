#pragma once

#include "protocol/policy.hpp"

#include <string_view>

namespace troupe::agents {

enum class verdict { allow, ask, deny };

/// What a policy says to one tool call. `detail` is what the pattern's parentheses
/// match: the command of a Bash call, else the path or the compact input. `*` matches
/// any run of characters; a pattern without parentheses matches any use of the tool.
/// Deny wins over ask, ask over allow; no match is `ask`.
[[nodiscard]] verdict
decide(const permission_policy& policy, std::string_view tool, std::string_view detail);

/// Whether `inner` allows nothing that `outer` does not: every allow pattern of inner
/// stands in outer, and every deny and ask pattern of outer stands in inner.
[[nodiscard]] bool
is_within(const permission_policy& inner, const permission_policy& outer);

} // namespace troupe::agents
