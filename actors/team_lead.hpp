#pragma once

#include "actors/attempt.hpp"
#include "actors/interfaces.hpp"
#include "actors/new_team.hpp"

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct team_setup {
  surroundings around;
  registry_actor registry;
  runs_actor runs;
  teams_actor parent;
  store::team_record record;
  store::team_launch launch;
  bool recovered = false; ///< It was begun by a predecessor of ours.
};

/// Remembers one team: which run stands for each member, and the tree that decides
/// (supervision/team_tree.hpp). What was decided is on disk before it is done, and each
/// start has a key of its own, so that a successor finds out what came of it and makes
/// no second run. Runs are followed at the registry, started by RUNS and stopped as
/// anybody stops them.
class team_lead {
public:
  static inline const char* name = "team";

  explicit team_lead(team_actor::pointer self) : self_(self) {}

  void start(team_setup setup);
  caf::result<written> stop(const stop_team& order);
  void told(const run_report& news);
  void wake(std::uint64_t fired);

private:
  using place = supervision::member_place;
  using deed = supervision::tree_action;

  [[nodiscard]] timestamp now() const;
  void obey(const supervision::team_tree::actions& todo);
  void note(const deed& what);
  void save();
  void saved();
  void not_saved(const std::string& why);
  void refresh_view();
  void arm_timer();

  // Members (team_members.cpp).
  void recover();
  void recover_member(place who);
  void carry_out(const deed& what);
  void start_member(place who, const std::string& cause, bool only_known);
  void made(place who, const std::string& run_id);
  void not_made(place who, const error& why, bool only_known);
  void stop_member(place who, const std::string& cause);
  void kill_member(place who);
  void conclude(place who, const std::string& run_id);
  [[nodiscard]] spawn_member order_for(place who, const std::string& cause) const;
  [[nodiscard]] std::optional<place> place_of(const std::string& run_id) const;
  store::member_runs& runs_of(place who);

  team_actor::pointer self_;
  team_setup setup_;
  planned_team plan_;
  std::optional<supervision::team_tree> tree_;
  std::shared_ptr<const caller> who_;
  std::deque<deed> unsaved_; ///< Decided, and in no team.json yet …
  std::deque<deed> saving_;  ///< … or in the one that is being written.
  std::vector<caf::typed_response_promise<written>> waiting_;
  std::vector<caf::typed_response_promise<written>> waiting_next_;
  std::int64_t clock_offset_ms_ = 0;
  std::uint64_t timer_generation_ = 0;
  bool writing_ = false;
  bool dirty_ = false;
};

team_actor::behavior_type
lead_team(team_actor::stateful_pointer<team_lead> self, team_setup setup);

/// What ends a member's run; the answer is not waited for.
[[nodiscard]] asked<cancel_run>
order_to_end(const std::string& run_id, std::string reason);

/// How a run's end counts for its team.
[[nodiscard]] member_end end_of(const run_view& run);

} // namespace troupe
