#pragma once

#include "agents/adapter.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// How an agent of the Agent Client Protocol is started and set up.
namespace troupe::agents::acp {

inline constexpr std::uint32_t stable_version = 1;
inline constexpr std::uint32_t draft_version = 2;

/// What of `backend_config` concerns the talk, not the start.
struct talk_settings {
  std::uint32_t version = stable_version; ///< The newest that is offered.
  std::optional<std::string> mode; ///< Of the session; the agent's own if absent.
};

/// `command` of the call or of the configuration, else that of the `agent` it names.
[[nodiscard]] result<start_line> start(const attempt_plan& plan);

/// Defaults if it cannot be read; `start` has refused it then.
[[nodiscard]] talk_settings settings_of(const attempt_plan& plan);

} // namespace troupe::agents::acp
