#pragma once

#include "protocol/record.hpp"

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe::keeper {

/// Names one attempt; at most one attempt of a run is alive.
struct attempt_key {
  std::string run_id;
  std::uint32_t attempt = 0;

  friend auto operator<=>(const attempt_key&, const attempt_key&) = default;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &attempt_key::run_id, "The run."),
      required("attempt", &attempt_key::attempt, "1, 2, 3 …"),
    };
  }
};

/// What files and cgroups of it are called.
[[nodiscard]] inline std::string file_name(const attempt_key& key) {
  return key.run_id + "." + std::to_string(key.attempt);
}

/// How the members of an attempt's tree are known, and so how its end is proved; none:
/// what could be found was ended, but something may have hidden.
enum class tier : std::uint8_t { cgroup, subtree, none };

constexpr auto names(tier) {
  return std::to_array<std::string_view>({"cgroup", "subtree", "none"});
}

} // namespace troupe::keeper
