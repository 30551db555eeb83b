#pragma once

#include "protocol/policy.hpp"
#include "protocol/team_policy.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::supervision {

/// A member as a value: what its team knows about it.
struct member_spec {
  std::string name;
  restart_type restart = restart_type::transient;
  bool significant = false;
  std::vector<std::size_t> needs; ///< Earlier members that must be ready first.
  readiness ready = readiness::spoke;
  std::optional<std::size_t> team; ///< It is a team: which of its tree (team_tree.hpp).
};

struct team_spec {
  strategy how = strategy::one_for_one;
  std::vector<member_spec> members;
  std::uint32_t max_restarts = 3;
  std::chrono::milliseconds period{300'000};
  std::chrono::milliseconds stop_within{30'000};
  auto_shutdown ends_with = auto_shutdown::never;
};

enum class team_act : std::uint8_t { start, stop, kill, over };

/// What is to be done with a member, in this order; `over` is about the team itself.
struct team_action {
  team_act what = team_act::start;
  std::size_t member = 0;
  std::string cause; ///< For people: which rule, and the numbers behind it.
};

/// One team: OTP's supervisor(3) for members that start slowly, end by themselves and
/// depend on each other. Pure: a state, an event and the time give the next state and
/// what to do. Time is on any clock that never goes back.
///
/// Start: a member is started as soon as all it needs, directly or not, are ready.
/// Stop: as soon as none that needs it is left; after `stop_within` whoever is left is
/// killed at once. A member that ended is restarted as its type says: alone, with all,
/// or with those that need it, directly or not (rest_for_one); these are stopped first,
/// and started again unless temporary, those that had completed too. At most
/// `max_restarts` in any `period`; a start that is refused counts, and is tried again
/// after a back-off. With none left, or if the member would fail the same way again,
/// the team stops its members and fails; what is above it decides. Nothing is started
/// once the team is told to stop. A cancelled member is not restarted. It is over when
/// no member is left to wait for, and fails when one waits for another that ended
/// without getting ready.
class team {
public:
  using actions = std::vector<team_action>;

  explicit team(team_spec spec, team_state state = {});

  /// From the beginning, whatever was before.
  actions begin(timestamp now);
  actions became_ready(std::size_t member, timestamp now);

  /// It is gone, and for good as far as its own policy goes.
  actions
  ended(std::size_t member, member_end how, const std::string& why, timestamp now);

  /// It was told to start and could not be; that may change.
  actions not_started(std::size_t member, const std::string& why, timestamp now);

  /// By order: final over any policy.
  actions stop(const std::string& cause, timestamp now);

  /// It will be told to stop when its turn comes: until then nothing is started.
  void hold();

  /// No time is left: what still lives is killed.
  actions kill(timestamp now);
  actions tick(timestamp now);

  /// When `tick` has something to do.
  [[nodiscard]] std::optional<timestamp> next_due() const;

  /// What those that depend on this team wait for: every member is ready.
  [[nodiscard]] bool is_ready() const;

  /// Names of those that a waiting member waits for.
  [[nodiscard]] std::vector<std::string> waits_for(std::size_t member) const;

  [[nodiscard]] const team_spec& spec() const { return spec_; }
  [[nodiscard]] const team_state& state() const { return state_; }

private:
  [[nodiscard]] bool satisfied(std::size_t member) const;
  [[nodiscard]] bool may_start(std::size_t member, timestamp now) const;
  [[nodiscard]] bool may_stop(std::size_t member) const;
  [[nodiscard]] std::vector<std::size_t> sharing(std::size_t member) const;
  [[nodiscard]] std::string intensity() const;
  [[nodiscard]] std::string cause_of_start(std::size_t member) const;
  [[nodiscard]] member_end natural_end() const;

  actions advance(timestamp now);
  bool take_down(actions& todo);
  void bring_up(timestamp now, actions& todo);
  void stop_all(member_end outcome, std::string cause, timestamp now);
  void judge(std::size_t member, member_end how, const std::string& why, timestamp now);
  void restart(std::size_t member, const std::string& why, timestamp now);
  void wait_again(std::size_t member);
  void shut_down_with(std::size_t member, member_end how, timestamp now);
  void fail_if_blocked(timestamp now);
  void finish(member_end outcome, actions& todo);
  bool take_restart(timestamp now);

  team_spec spec_;
  team_state state_;
  std::vector<std::vector<bool>> needs_; ///< Whom each needs, directly or not.
};

} // namespace troupe::supervision
