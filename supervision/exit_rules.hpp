#pragma once

#include "protocol/exit_override.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::supervision {

/// The default rule of each exit reason; one row a reason (docs/supervision.md).
enum class exit_rule : std::uint8_t {
  done,          ///< Nothing to do.
  restart,       ///< Again with resume, within the intensity.
  restart_once,  ///< Once more with a notice, then failed.
  restart_late,  ///< Long back-off, then resume.
  wait_until,    ///< Until the stated time, then resume.
  wait_for_room, ///< Until the disk has room, then resume.
  fail,          ///< Failed at once, with what to do.
  never,         ///< Never again, whatever the policy says.
};

constexpr auto names(exit_rule) {
  return std::to_array<std::string_view>(
    {"done",
     "restart",
     "restart_once",
     "restart_late",
     "wait_until",
     "wait_for_room",
     "fail",
     "never"});
}

[[nodiscard]] exit_rule rule_of(exit_kind kind);

/// The rule that an override stands for.
[[nodiscard]] exit_rule rule_of(exit_override instead);

/// The rule in words, as the documentation shows it.
[[nodiscard]] std::string_view meaning(exit_rule rule);

/// The reason with the number behind it, e.g. `crashed (signal 9)`.
[[nodiscard]] std::string describe(const exit_reason& why);

/// What is known about an attempt that ended, whoever knew it.
struct end_facts {
  exit_reason by_protocol;              ///< What the adapter says.
  bool result_seen = false;             ///< A terminal result was read.
  std::optional<exit_kind> ended_by_us; ///< Why we ended it (hung, cancelled …).
  std::optional<std::string> oom;       ///< proved or likely.
  std::optional<std::string> refusal;   ///< It never started.
  bool status_known = true;             ///< Whether anybody saw it exit.
  std::string detail;                   ///< What the one who ended it has to say.
};

/// The typed reason: a terminal result wins over everything but a stop by order, and
/// over an end that we began before it came, unless it says no more than that
/// (agent_error of an interrupted turn); then who ended it; then proved memory; then
/// the protocol's word. Memory that is only likely (any SIGKILL not of ours looks so)
/// is mentioned and changes nothing. A crash that nobody saw is `lost`.
[[nodiscard]] exit_reason classify(const end_facts& facts);

/// What a person can do about a final reason, in one sentence; may be empty.
[[nodiscard]] std::string_view advice(exit_kind kind);

} // namespace troupe::supervision
