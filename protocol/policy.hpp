#pragma once

#include "protocol/exit_override.hpp"
#include "protocol/record.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a caller may set about how a run is supervised. Values only; the rules that
/// read them are in supervision/ and agents/permission.hpp.
namespace troupe {

enum class restart_type : std::uint8_t { permanent, transient, temporary };

constexpr auto names(restart_type) {
  return std::to_array<std::string_view>({"permanent", "transient", "temporary"});
}

enum class restart_mode : std::uint8_t { resume, fresh };

constexpr auto names(restart_mode) {
  return std::to_array<std::string_view>({"resume", "fresh"});
}

struct restart_policy {
  restart_type type = restart_type::transient;
  std::uint32_t max_restarts = 3;
  std::uint32_t period_s = 300;
  std::uint32_t backoff_ms = 500;
  std::uint32_t backoff_max_ms = 60'000;
  restart_mode mode = restart_mode::resume;
  exit_overrides on;

  friend bool operator==(const restart_policy&, const restart_policy&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "type",
        &restart_policy::type,
        "permanent: always again; transient: after failure; temporary: never."),
      optional(
        "max_restarts",
        &restart_policy::max_restarts,
        "At most this many in period_s."),
      optional("period_s", &restart_policy::period_s, "Window for max_restarts."),
      optional(
        "backoff_ms", &restart_policy::backoff_ms, "First wait; doubles, with jitter."),
      optional("backoff_max_ms", &restart_policy::backoff_max_ms, "Longest wait."),
      optional(
        "mode", &restart_policy::mode, "Resume the conversation, or start it afresh."),
      optional(
        "on",
        &restart_policy::on,
        "By exit reason: what follows it instead of the default rule."),
    };
  }
};

/// Absent means no limit, unless the configuration sets one.
struct run_limits {
  std::optional<std::uint32_t> startup_s;
  std::optional<std::uint32_t> idle_s;
  std::optional<std::uint32_t> tool_s;
  std::optional<std::uint32_t> turn_s;
  std::optional<std::uint32_t> wall_s;
  std::uint32_t linger_s = 10;
  std::optional<std::uint32_t> memory_mb;
  std::optional<std::uint32_t> processes;
  std::uint32_t output_mb = 1024;
  std::optional<std::uint32_t> turns;
  std::optional<std::uint64_t> tokens;
  std::optional<double> cost_usd;

  friend bool operator==(const run_limits&, const run_limits&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("startup_s", &run_limits::startup_s, "First output within this."),
      optional(
        "idle_s",
        &run_limits::idle_s,
        "No sign of life for this long counts as hung: no output, no work, no tool "
        "call."),
      optional("tool_s", &run_limits::tool_s, "Longest tool call."),
      optional("turn_s", &run_limits::turn_s, "Longest turn."),
      optional(
        "wall_s", &run_limits::wall_s, "Longest run, waiting for answers left out."),
      optional("linger_s", &run_limits::linger_s, "Time to leave after the result."),
      optional("memory_mb", &run_limits::memory_mb, "Memory of the process tree."),
      optional(
        "processes",
        &run_limits::processes,
        "Processes and threads of the tree at one time; a fork beyond it fails."),
      optional("output_mb", &run_limits::output_mb, "Output of one attempt."),
      optional("turns", &run_limits::turns, "Answers of the model, of all attempts."),
      optional(
        "tokens",
        &run_limits::tokens,
        "Read and written, of all attempts; cache reads left out."),
      optional(
        "cost_usd",
        &run_limits::cost_usd,
        "Of all attempts, as far as the backend tells it while it works."),
    };
  }
};

/// What becomes of a permission that was asked for and that nobody answers in time.
enum class at_deadline : std::uint8_t { deny, allow };

constexpr auto names(at_deadline) {
  return std::to_array<std::string_view>({"deny", "allow"});
}

/// Tool patterns such as `Bash(git *)` or `mcp__x__*`. Deny wins over ask, ask over
/// allow; what matches nothing is asked. Without a deadline it is waited for.
struct permission_policy {
  std::vector<std::string> allow;
  std::vector<std::string> ask;
  std::vector<std::string> deny;
  std::optional<std::uint32_t> deadline_s;
  at_deadline then = at_deadline::deny;

  friend bool operator==(const permission_policy&, const permission_policy&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "allow", &permission_policy::allow, "Tool patterns allowed without asking."),
      optional("ask", &permission_policy::ask, "Tool patterns to ask about."),
      optional(
        "deny", &permission_policy::deny, "Tool patterns denied without asking."),
      optional(
        "deadline_s",
        &permission_policy::deadline_s,
        "What nobody answers for this long is settled by at_deadline."),
      optional(
        "at_deadline",
        &permission_policy::then,
        "For permissions; questions are always denied then."),
    };
  }
};

} // namespace troupe
