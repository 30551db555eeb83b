#pragma once

#include "protocol/result.hpp"
#include "supervision/team.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace troupe::supervision {

/// A member anywhere in a tree of teams.
struct member_place {
  std::size_t team = 0;
  std::size_t member = 0;

  friend auto operator<=>(const member_place&, const member_place&) = default;
};

/// What is to be done, or was done by the tree itself, in this order. Whoever drives it
/// starts, stops and kills the members that are no teams; the rest is told for the
/// record. `over` of team 0 is the end of all.
struct tree_action {
  team_act what = team_act::start;
  member_place who;
  std::string cause;
};

/// A team with the teams nested in it; team 0 is the whole. A nested team is a member
/// of its parent: it is begun anew at each start, is ready when all its members are,
/// and its end is the member's end, so that a team that fails escalates to the team
/// above. Pure, as `team` is.
class team_tree {
public:
  using actions = std::vector<tree_action>;

  /// Specs of nested teams stand behind their parents'. `states`: as they were saved.
  explicit team_tree(std::vector<team_spec> specs, std::vector<team_state> states = {});

  actions begin(timestamp now);
  actions became_ready(member_place who, timestamp now);
  actions
  ended(member_place who, member_end how, const std::string& why, timestamp now);
  actions not_started(member_place who, const std::string& why, timestamp now);
  actions stop(const std::string& cause, timestamp now);
  actions tick(timestamp now);

  [[nodiscard]] std::optional<timestamp> next_due() const;
  [[nodiscard]] const team& at(std::size_t which) const { return teams_.at(which); }
  [[nodiscard]] std::size_t size() const { return teams_.size(); }
  [[nodiscard]] std::vector<team_state> states() const;
  [[nodiscard]] bool is_over() const { return is_final(teams_[0].state().phase); }
  [[nodiscard]] const member_spec& spec_of(member_place who) const;
  [[nodiscard]] const member_state& state_of(member_place who) const;

  /// `review/reader`: the names on the way to it.
  [[nodiscard]] std::string path_of(member_place who) const;

private:
  void
  carry_out(std::size_t which, const team::actions& todo, timestamp now, actions& all);
  void hold_what_goes_down(std::size_t which);
  void pass_on_readiness(std::size_t which, timestamp now, actions& all);

  std::vector<team> teams_;
  std::vector<member_place> places_; ///< Of which member a nested team is the inside.
};

/// What is wrong with a team's rules, with the path of it; empty if nothing is.
[[nodiscard]] std::optional<error> wrong_with(const team_spec& spec);

} // namespace troupe::supervision
