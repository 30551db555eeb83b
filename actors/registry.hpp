#pragma once

#include "actors/interfaces.hpp"
#include "actors/roll.hpp"
#include "actors/room.hpp"
#include "actors/watchers.hpp"

#include <map>
#include <string>
#include <vector>

namespace troupe {

/// Remembers every run and who waits for some of them. Finds the run a question is
/// about, checks that the caller may see it, and passes the question on to its actor; a
/// run that is final is answered for from disk.
class registry_state {
public:
  static inline const char* name = "registry";

  explicit registry_state(registry_actor::pointer self) : self_(self) {}

  void start(room* world, journal_actor journal);

  void meet(runs_actor runs) { runs_ = std::move(runs); }
  void report(const run_report& told);
  void register_run(const run_brief& brief, const run_actor& actor);
  void retire(const run_over& over) { actors_.erase(over.run_id); }
  void removed(const run_removed& gone);
  void watch(const watch_runs& what, const watcher_actor& who) {
    watchers_.put(what, who);
  }
  void wake(std::uint64_t token);

  caf::result<run_view> get(const asked<get_run>& question);
  caf::result<run_page> list(const asked<list_runs>& question);
  caf::result<event_page> poll(const asked<poll_events>& question);
  caf::result<waited_runs> wait(const asked<wait_runs>& question);
  caf::result<cancelled_run> cancel(const asked<cancel_run>& question);
  caf::result<continued_run> go_on(const asked<continue_run>& question);
  caf::result<open_questions> pending(const asked<list_pending>& question);
  caf::result<event_artifact> artifact(const asked<get_event_artifact>& question);
  caf::result<session_page> sessions(const asked<list_sessions>& question);
  caf::result<restarted_run> restart(const asked<restart_run>& question);
  void meet(post_actor post) { post_ = std::move(post); }
  caf::result<agent_page> agents(const asked<list_agents>& question);
  caf::result<sent_message> send_message(const asked<send_agent_message>& question);
  caf::result<message_page> fetch_messages(const asked<fetch_agent_messages>& question);
  void stop(const stop_waiting& who);
  void follow(const follow_run& whom, const team_actor& who);

private:
  struct follower {
    team_actor who;
    run_phase told;
  };

  void tell_follower(const run_brief& brief);
  void tell_watchers(const run_brief& brief, bool listed);

  struct waiter {
    caf::typed_response_promise<waited_runs> answer;
    wait_runs question; ///< With run ids in full.
  };

  [[nodiscard]] waited_runs look(const wait_runs& question) const;
  [[nodiscard]] const run_actor* actor_of(const run_brief& run) const;
  /// Runs that wait for an answer: all that may be seen, or one and those it started.
  [[nodiscard]] std::vector<run_actor>
  askers(const caller& who, const std::optional<std::string>& below) const;
  caf::result<event_page>
  page_from_disk(const run_brief& run, const poll_events& question);
  void resume(
    caf::typed_response_promise<continued_run> answer,
    const asked<continue_run>& question,
    const run_brief& finished);

  registry_actor::pointer self_;
  room* world_ = nullptr;
  journal_actor journal_;
  runs_actor runs_;
  post_actor post_;
  roll roll_;
  std::map<std::string, run_actor> actors_; ///< Of runs that are not final.
  std::map<std::uint64_t, waiter> waiters_;
  std::map<std::string, follower> followers_; ///< By run; of those that are not final.
  watchers watchers_;
  std::uint64_t next_token_ = 0;
};

registry_actor::behavior_type registry(
  registry_actor::stateful_pointer<registry_state> self,
  room* world,
  journal_actor journal);

} // namespace troupe
