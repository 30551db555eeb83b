#pragma once

#include "protocol/policy.hpp"

#include <string_view>

namespace troupe::agents {

enum class verdict { allow, ask, deny };

/// What a policy says to one tool call. `detail` is what the pattern's parentheses
/// match: the command of a Bash call, else the path or the compact input. `*` matches
/// any run of characters; a pattern without parentheses, or with `(*)`, matches any use
/// of the tool. Deny wins over ask, ask over allow; no match is `ask`.
///
/// Tool names take `*` too (`mcp__x__*`). `**` is `*`. A trailing `:*` in a Bash
/// pattern means the words before it, alone or followed by more, as in `git log:*`.
///
/// Shell commands. An operator (`;` `&` `|` newline), a substitution (backtick, `$(`,
/// `${`, `<(`), a redirection, a subshell, a comment or `$'` is never covered by a `*`
/// of an allow pattern, only by the same character written in the pattern. A compound
/// command is allowed if each of its parts is allowed by some pattern. Inside quotes
/// only what the shell still acts on there counts. What is not understood is not
/// allowed. A deny or ask pattern matches if it matches the whole or any part, looked
/// for inside substitutions and behind assignments and words such as `sudo` or `then`.
/// Deny guards against accidents; against malice only a sandbox does.
///
/// Paths are compared after `.` and `..` are resolved in the text, so `Edit(/src/**)`
/// does not allow `/src/../etc/passwd`.
///
/// A pattern that lacks its closing parenthesis allows nothing, and as deny or ask
/// matches any use of the tool.
[[nodiscard]] verdict
decide(const permission_policy& policy, std::string_view tool, std::string_view detail);

/// Whether `inner` allows nothing that `outer` does not: every allow pattern of inner
/// stands in outer, every deny pattern of outer is denied by inner, and every ask
/// pattern of outer is asked or denied by inner, and a deadline that allows comes no
/// sooner than one of outer that does. Patterns are compared as text.
[[nodiscard]] bool
is_within(const permission_policy& inner, const permission_policy& outer);

} // namespace troupe::agents
