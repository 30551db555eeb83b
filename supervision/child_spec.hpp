#pragma once

#include "protocol/policy.hpp"
#include "supervision/restart.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::supervision {

/// How siblings share a child's fate (OTP).
enum class strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one };

constexpr auto names(strategy) {
  return std::to_array<std::string_view>(
    {"one_for_one", "one_for_all", "rest_for_one"});
}

/// A child as a value: what a supervisor knows about it. Listed in start order.
struct child_spec {
  std::string id;
  restart_type restart = restart_type::permanent;
  bool significant = false; ///< Its end would end the group; kept, not yet acted on.
};

/// What a supervisor does when a child ended: stop these in this order, then start
/// these in this order; or escalate: end itself and let its parent decide.
struct group_plan {
  std::vector<std::size_t> stop;
  std::vector<std::size_t> start;
  bool escalate = false;
};

/// Source: OTP supervisor(3). Stop order is the reverse of start order. A child that is
/// not to be restarted touches no sibling; a temporary sibling that had to be stopped
/// is not started again. Without intensity left a due restart stops all others and
/// escalates.
[[nodiscard]] group_plan child_ended(
  strategy how,
  const std::vector<child_spec>& children,
  std::size_t which,
  bool abnormal,
  bool intensity_left);

} // namespace troupe::supervision
