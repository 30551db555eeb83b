#pragma once

#include "protocol/exit.hpp"

#include <array>
#include <map>
#include <string_view>

namespace troupe {

/// What may follow an exit reason instead of its default rule.
enum class exit_override : std::uint8_t {
  restart,      ///< After a back-off, within the intensity.
  restart_once, ///< Once, then failed.
  restart_late, ///< After a long back-off, within the intensity.
  park,         ///< Until the reason's own time if it has one, else for five minutes.
  fail,         ///< Failed at once.
};

constexpr auto names(exit_override) {
  return std::to_array<std::string_view>(
    {"restart", "restart_once", "restart_late", "park", "fail"});
}

using exit_overrides = std::map<exit_kind, exit_override>;

/// Why a reason's rule cannot be replaced; empty if it can.
constexpr std::string_view key_objection(exit_kind kind) {
  switch (kind) {
  case exit_kind::completed:
    return "is no failure; restart.type permanent goes on after it";
  case exit_kind::budget:
    return "cannot be changed: what is spent stays spent over all attempts";
  case exit_kind::cancelled:
  case exit_kind::shutdown:
    return "cannot be changed: a stop by order is final";
  default:
    return {};
  }
}

} // namespace troupe
