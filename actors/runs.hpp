#pragma once

#include "actors/attempt.hpp"
#include "actors/environments.hpp"
#include "actors/interfaces.hpp"
#include "actors/new_run.hpp"
#include "protocol/headroom.hpp"
#include "store/configuration.hpp"
#include "supervision/admission.hpp"
#include "supervision/restart.hpp"
#include "supervision/start_gate.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace troupe {

struct runs_setup {
  surroundings around;
  registry_actor registry;
  sweeper_actor sweeper;
  store::configuration config;
  worktrees_actor worktrees;
  notifier_actor notifier;
  post_actor post;
  peers_actor peers;  ///< Nobody, if there is no HTTP.
  int keeper_pid = 0; ///< Every descendant of it is part of a run.
  std::function<headroom()> look_around = [] { return headroom{}; };
};

/// Remembers the live runs: which actor each has, which session it belongs to, which
/// names are taken. Checks and counts admissions in this one mailbox. A RUN that dies
/// of a bug is started again from disk and takes its agent back from the keeper.
class runs_state {
public:
  static inline const char* name = "runs";

  explicit runs_state(runs_actor::pointer self) : self_(self) {}

  /// Ends its run actors: a successor starts them again from disk. Agents live on.
  ~runs_state();

  void start(runs_setup setup);

  caf::result<spawned_run> spawn(const asked<spawn_run>& request);
  caf::result<continued_run> resume(const resume_run& request);
  [[nodiscard]] worktree_users users_of(const who_works_in& question) const;
  caf::result<process_owner> owner_of(const whose_process& question);
  caf::result<spawned_run> spawn_for(const spawn_member& order);
  caf::result<vetted_team> vet(const vet_team& question) const;
  void meet(teams_actor all);
  void teams(const teams_here& now);
  void start_asked(const ::troupe::start_asked& what);
  void end_told(const ::troupe::end_told& what);
  void stop_all(const stop_run& order);
  void over(const run_over& ended);
  void news(const kept_news& what);
  void clients(const clients_here& now);
  void wake(std::uint64_t fired);
  void down(const caf::down_msg& died);

private:
  [[nodiscard]] std::optional<std::string>
  run_around(const whose_process& process) const;
  [[nodiscard]] result<process_owner> as_run(const std::string& run_id) const;
  [[nodiscard]] bool knows_all_agents() const;
  [[nodiscard]] bool agents_may_live() const;
  using owner_promise = caf::typed_response_promise<process_owner>;
  void find_owner(const whose_process& question, owner_promise answer);
  void look_up(const whose_process& question, owner_promise answer);
  void greet_strangers();
  void send_away(std::uint64_t token);
  void check_token(const std::string& token, owner_promise answer);

  /// A process of an agent that may have asked before its start was told.
  struct stranger {
    whose_process who;
    owner_promise answer;
  };

  struct live_run {
    run_actor actor;
    run_brief brief;
    parent_rights rights;
    supervision::restart_window crashes{3, std::chrono::minutes(1)};
  };

  struct answers {
    std::function<void(const spawned_run&)> made;
    std::function<void(error)> refused;
  };

  /// Why there is to be a run, beside that somebody asks for it.
  struct origin {
    std::optional<std::string> resumed_from;
    std::optional<spawn_member> team;
  };

  /// A new session, or the one that the request names.
  void create_in_session(
    const asked<spawn_run>& request, const origin& from, const answers& to);
  void create(
    asked<spawn_run> request,
    std::optional<store::session_record> session,
    origin from,
    answers to);
  [[nodiscard]] std::string
  name_for_member(const asked<spawn_run>& request, const spawn_member& order) const;
  void stop_runs();
  void isolate(const asked<spawn_run>& request, new_run made, answers to);
  void record(new_run made, answers to);
  void unmade(const store::run_record& run, error why, const answers& to);
  [[nodiscard]] result<void> admit(asked<spawn_run>& request) const;
  [[nodiscard]] result<new_run> prepare(
    asked<spawn_run>& request,
    const std::optional<store::session_record>& session,
    const origin& from) const;
  [[nodiscard]] const parent_rights* rights_of(const caller& who) const;
  /// The run that is gone on with may still be leaving: it holds no name.
  [[nodiscard]] result<std::string> free_name(
    const std::optional<std::string>& wanted,
    const std::string& cwd,
    const std::optional<std::string>& resumed) const;
  [[nodiscard]] std::optional<spawned_run> known(
    const caller& who,
    const std::optional<std::string>& key,
    const std::string& call) const;
  void enter(const store::run_record& record, const store::launch_record& launch);
  void launch_run(loaded_run loaded, bool recovered);
  void begin_if_first(const std::string& session_id);
  void recover(const std::vector<store::run_record>& all);
  void recover_one(const std::string& run_id);
  void give_up(const std::string& run_id, const std::string& why);
  void bury(const store::run_record& record, std::uint64_t last_seq);
  void ended(const run_brief& brief);
  void forget(const std::string& run_id);
  void let_go(const keeper::kept_attempt& kept) const;
  void drop_gone(const std::string& run_id, std::uint32_t before);
  void let_go_of_ended(const store::run_record& record);
  void watch_idle();
  void serve_gate();
  void gate_due(std::uint64_t fired);
  [[nodiscard]] const headroom& room_left();
  void mind_the_disk();
  void sweep();
  void remove_all(std::vector<store::doomed_run> doomed);
  void recall(const loaded_run& found);
  void ready_if_done();
  void quit_if_done();
  [[nodiscard]] std::optional<keeper::kept_attempt>
  kept_of(const store::run_record& record) const;

  runs_actor::pointer self_;
  runs_setup setup_;
  std::optional<supervision::admission> admission_;
  std::optional<supervision::start_gate> gate_;
  std::optional<supervision::moment> gate_wakes_;
  std::uint64_t gate_generation_ = 0;
  std::optional<supervision::moment> looked_at_;
  headroom room_left_; ///< As of then.
  environments environments_;
  std::map<std::string, live_run> live_;
  std::map<caf::actor_addr, std::string> by_address_;
  std::map<std::string, std::vector<std::string>> sessions_; ///< Front: active.
  std::map<std::string, spawned_run> keys_;
  std::map<keeper::attempt_key, keeper::kept_attempt> kept_;
  std::vector<std::string> to_recover_;
  std::set<std::string> recovering_;
  std::optional<std::string> stopping_;
  stop_run stop_order_;
  std::map<std::uint64_t, stranger> strangers_; ///< By token; they wait to be known.
  std::uint64_t next_stranger_ = 0;
  teams_actor teams_;
  bool teams_stopping_ = false;
  std::size_t live_teams_ = 0;
  bool loaded_ = false;
  bool listed_ = false;
  bool open_ = false;
  std::size_t clients_ = 0;
  std::uint64_t idle_generation_ = 0;
};

runs_actor::behavior_type
runs(runs_actor::stateful_pointer<runs_state> self, runs_setup setup);

} // namespace troupe
