#pragma once

#include "actors/team_lead.hpp"
#include "supervision/restart.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct teams_setup {
  surroundings around;
  registry_actor registry;
  runs_actor runs;
};

/// Remembers the teams: which actor each live one has, how each is or was, and who
/// waits for the end of one. A TEAM that dies of a bug is started again from disk,
/// three times a minute. At most 64 live teams; of those that have ended the newest 256
/// are shown.
class teams_state {
public:
  static inline const char* name = "teams";

  explicit teams_state(teams_actor::pointer self) : self_(self) {}
  ~teams_state();

  void start(teams_setup setup);
  caf::result<spawned_team> spawn(const asked<spawn_team>& request);
  caf::result<cancelled_team> cancel(const asked<cancel_team>& question);
  caf::result<tree_view> tree(const asked<get_tree>& question);
  caf::result<why_view> decisions(const asked<list_decisions>& question);
  caf::result<written> stop_all(const stop_run& order);
  void ready();
  void report(const team_report& news);
  void wake(std::uint64_t fired);
  void down(const caf::down_msg& died);

private:
  using spawn_promise = caf::typed_response_promise<spawned_team>;

  struct known_team {
    team_view view;
    std::vector<std::string> ancestors;
    team_actor lead;
    supervision::restart_window crashes{3, std::chrono::minutes(1)};
  };

  struct waiter {
    std::string team_id;
    std::function<void(const team_view&)> answer;
  };

  [[nodiscard]] std::optional<spawned_team> known(
    const caller& who,
    const std::optional<std::string>& key,
    const std::string& call) const;
  [[nodiscard]] result<std::string>
  find(const caller& who, const std::string& word) const;
  [[nodiscard]] result<std::string>
  free_name(const std::optional<std::string>& wanted) const;
  [[nodiscard]] std::size_t live() const;
  void spawn_now(const asked<spawn_team>& request, spawn_promise answer);
  void stop_now(const std::string& detail);
  void one_has_stopped();
  void create(
    const asked<spawn_team>& request,
    const planned_team& plan,
    std::vector<std::string> ancestors,
    spawn_promise answer);
  void enter(const store::team_record& record);
  void launch(const std::string& team_id, bool recovered);
  void lead(store::team_record record, store::team_launch as_asked, bool recovered);
  void bury(store::team_record record, const std::string& why);
  void go_on();
  void tell_count();
  void drop_oldest();
  void await_end(
    const std::string& team_id,
    std::uint32_t wait_ms,
    std::function<void(const team_view&)> answer);
  void order_stop(const std::string& team_id, const std::string& detail);

  teams_actor::pointer self_;
  teams_setup setup_;
  std::map<std::string, known_team> teams_; ///< Ids sort by time of creation.
  std::map<caf::actor_addr, std::string> by_address_;
  std::map<std::string, std::string> keys_; ///< Team by key.
  std::map<std::uint64_t, waiter> waiters_;
  std::vector<std::function<void()>> when_open_;
  std::vector<caf::typed_response_promise<written>> stoppers_;
  std::size_t stops_due_ = 0;
  std::optional<std::string> stopping_;
  std::uint64_t next_token_ = 0;
  bool loaded_ = false;
  bool runs_ready_ = false;
  bool open_ = false;
};

teams_actor::behavior_type
teams(teams_actor::stateful_pointer<teams_state> self, teams_setup setup);

} // namespace troupe
