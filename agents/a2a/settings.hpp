#pragma once

#include "agents/adapter.hpp"
#include "protocol/web_address.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How a remote agent is named, and how the program that speaks with it is started.
namespace troupe::agents::a2a {

/// Of the protocol: 1.0, and 0.3 with what is like it.
enum class dialect : std::uint8_t { v1, v03 };

constexpr auto names(dialect) {
  return std::to_array<std::string_view>({"1.0", "0.3"});
}

/// What of `backend_config` concerns the talk; its secrets do not.
struct talk_settings {
  web_address agent;                ///< Where its card is looked for.
  std::vector<std::string> origins; ///< Its interface may be there as well.
  std::optional<dialect> only;      ///< Whatever else it offers.
};

/// The program troupe-a2a; token and headers are in its environment and nowhere else.
[[nodiscard]] result<start_line> start(const attempt_plan& plan);

/// Without an agent's address if it cannot be read; `start` has refused it then.
[[nodiscard]] result<talk_settings> settings_of(const attempt_plan& plan);

} // namespace troupe::agents::a2a
