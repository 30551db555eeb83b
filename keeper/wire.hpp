#pragma once

#include "keeper/verbs.hpp"
#include "protocol/result.hpp"

#include <string>
#include <string_view>

namespace troupe::keeper {

/// One line without its newline: `{"verb":"spawn","epoch":3, …}`.
[[nodiscard]] std::string print(const order& o, std::uint64_t epoch);
[[nodiscard]] std::string print(const report& r);

struct dated_order {
  std::uint64_t epoch = 0;
  order what;
};

[[nodiscard]] result<dated_order> read_order(std::string_view line);
[[nodiscard]] result<report> read_report(std::string_view line);

/// What the keeper hands to a supervisor it starts, by descriptor number.
inline constexpr int link_fd = 3;     ///< The private socket.
inline constexpr int listener_fd = 4; ///< The listening Unix socket for clients.
inline constexpr int lock_fd = 5;     ///< The state directory's lock, held while open.
inline constexpr int keeper_fd = 6;   ///< pidfd of the keeper.

} // namespace troupe::keeper
