#pragma once

#include "protocol/values.hpp"

#include <string>
#include <string_view>

namespace troupe {

/// `r_` and a ULID: sorts by time of creation, 80 random bits. Unguessable enough to
/// name a run, but never a secret. Source: github.com/ulid/spec.
[[nodiscard]] std::string new_run_id(timestamp now);

/// `s_` and a ULID.
[[nodiscard]] std::string new_session_id(timestamp now);

/// `t_` and a ULID.
[[nodiscard]] std::string new_team_id(timestamp now);

/// `m_` and a ULID.
[[nodiscard]] std::string new_message_id(timestamp now);

/// A random UUID (version 4), as backends such as Claude Code want for sessions.
[[nodiscard]] std::string new_uuid();

/// 256 random bits from the kernel, in hexadecimal.
[[nodiscard]] std::string new_token();

/// Compares without telling by its timing where two secrets differ.
[[nodiscard]] bool same_secret(std::string_view a, std::string_view b);

/// Whether it has the form of a run id; anything else never becomes part of a path.
[[nodiscard]] bool is_run_id(std::string_view text);
[[nodiscard]] bool is_team_id(std::string_view text);

} // namespace troupe
