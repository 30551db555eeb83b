#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a team is and how far it has come, as values. The rules that read them are in
/// supervision/team.hpp.
namespace troupe {

/// How members share one's fate (OTP).
enum class strategy : std::uint8_t { one_for_one, one_for_all, rest_for_one };

constexpr auto names(strategy) {
  return std::to_array<std::string_view>(
    {"one_for_one", "one_for_all", "rest_for_one"});
}

/// When those that depend on a member may start.
enum class readiness : std::uint8_t {
  spoke,     ///< Its agent has said something, or has completed without.
  completed, ///< It has completed: they want its result.
};

constexpr auto names(readiness) {
  return std::to_array<std::string_view>({"spoke", "completed"});
}

/// Whether the end of significant members ends the team (OTP 24).
enum class auto_shutdown : std::uint8_t { never, any, all };

constexpr auto names(auto_shutdown) {
  return std::to_array<std::string_view>({"never", "any", "all"});
}

enum class member_phase : std::uint8_t {
  waiting,  ///< For those it depends on, or for the next try to start it.
  starting, ///< Told to start; it has not spoken yet.
  working,  ///< It has spoken.
  stopping, ///< Told to stop.
  ended,    ///< Will not be started again, unless a sibling's fate says so.
};

constexpr auto names(member_phase) {
  return std::to_array<std::string_view>(
    {"waiting", "starting", "working", "stopping", "ended"});
}

/// How a member ended for good: its own policy for attempts had its say before.
enum class member_end : std::uint8_t {
  completed,
  failed,    ///< Another start may help.
  hopeless,  ///< It would fail the same way again.
  cancelled, ///< By order; final over any policy.
};

constexpr auto names(member_end) {
  return std::to_array<std::string_view>(
    {"completed", "failed", "hopeless", "cancelled"});
}

enum class team_phase : std::uint8_t {
  running,
  stopping, ///< Its members are being ended, last first.
  completed,
  failed,
  cancelled,
};

constexpr auto names(team_phase) {
  return std::to_array<std::string_view>(
    {"running", "stopping", "completed", "failed", "cancelled"});
}

constexpr bool is_final(team_phase phase) {
  return phase >= team_phase::completed;
}

/// Where a member is. Times are on the clock of whoever drives the team.
struct member_state {
  member_phase phase = member_phase::waiting;
  std::optional<member_end> end;
  bool was_ready = false;
  bool goes_down = false;  ///< With a sibling that is to be restarted …
  bool comes_back = false; ///< … and is started again with it.
  std::uint32_t starts = 0;
  std::uint32_t starts_refused = 0; ///< In a row.
  std::optional<timestamp> not_before;
  std::string cause; ///< Why it is where it is.

  friend bool operator==(const member_state&, const member_state&) = default;

  static constexpr auto fields() {
    return field_list{
      required("phase", &member_state::phase, "Where it is."),
      optional("end", &member_state::end, "How it ended last."),
      optional("was_ready", &member_state::was_ready, "Others may start for its sake."),
      optional("goes_down", &member_state::goes_down, "Shares a sibling's fate."),
      optional("comes_back", &member_state::comes_back, "Started again after that."),
      optional("starts", &member_state::starts, "How often it was started."),
      optional(
        "starts_refused", &member_state::starts_refused, "Starts refused in a row."),
      optional("not_before", &member_state::not_before, "When it is tried again."),
      optional("cause", &member_state::cause, "Why it is where it is."),
    };
  }
};

/// Where a team is, without its nested teams, which have states of their own.
struct team_state {
  team_phase phase = team_phase::running;
  std::optional<member_end> outcome; ///< What a stop leads to.
  std::string cause;                 ///< Why it stops or has ended.
  std::uint32_t restarts = 0;        ///< Ever.
  std::vector<timestamp> window;     ///< Restarts within the period, oldest first.
  std::optional<timestamp> kill_at;  ///< When those that still go down are killed.
  bool held = false;                 ///< Will be told to stop in its turn.
  std::vector<member_state> members; ///< None: not begun.

  friend bool operator==(const team_state&, const team_state&) = default;

  static constexpr auto fields() {
    return field_list{
      required("phase", &team_state::phase, "Where it is."),
      optional("outcome", &team_state::outcome, "What a stop leads to."),
      optional("cause", &team_state::cause, "Why it stops or has ended."),
      optional("restarts", &team_state::restarts, "How often it restarted members."),
      optional("window", &team_state::window, "Restarts within the period."),
      optional("kill_at", &team_state::kill_at, "When what goes down is killed."),
      optional("held", &team_state::held, "Starts nothing: to be stopped in its turn."),
      required("members", &team_state::members, "In the order they were listed."),
    };
  }
};

} // namespace troupe
