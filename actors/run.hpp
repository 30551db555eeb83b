#pragma once

#include "actors/attempt.hpp"
#include "actors/deadlines.hpp"
#include "actors/environments.hpp"
#include "actors/interfaces.hpp"
#include "actors/run_mail.hpp"
#include "actors/run_setup.hpp"
#include "supervision/lifecycle.hpp"
#include "supervision/restart.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// Remembers one run. Numbers and records its events, carries its phase along the
/// lifecycle table, starts attempts as policy decides, answers questions about it. What
/// it tells is on disk first.
class run_state {
public:
  static inline const char* name = "run";

  explicit run_state(run_actor::pointer self) : self_(self) {}

  void start(surroundings around, run_setup setup);

  [[nodiscard]] run_view view() const;
  caf::result<run_view> show();
  caf::result<event_page> poll(const poll_events& question);
  caf::result<cancelled_run> cancel(const asked<cancel_run>& question);
  caf::result<continued_run> go_on(const asked<continue_run>& question);
  [[nodiscard]] open_questions questions() const;
  caf::result<restarted_run> restart(const asked<restart_run>& question);
  caf::result<written> take(const take_letter& letter);
  void commence();
  void gate(const gate_said& word);
  caf::result<stopped_run> stop(const stop_run& order);
  void news(const attempt_news& told);
  void over(const attempt_over& ended);
  void not_notified(const notice_failed& failed);
  void wake(std::uint64_t fired);

private:
  using event_promise = caf::typed_response_promise<event_page>;
  using cancel_promise = caf::typed_response_promise<cancelled_run>;
  using stop_promise = caf::typed_response_promise<stopped_run>;

  struct poller {
    event_promise answer;
    poll_events question;
  };

  /// Said to the agent; answered when a list shows what came of it, up to this event.
  struct continuation {
    caf::typed_response_promise<continued_run> answer;
    std::uint64_t seq;
  };

  // What a start finds (run_recovery.cpp).
  void recover(run_setup& found);
  void adopt_attempt(run_setup& found);
  void adopt(attempt_setup setup, run_setup& found);
  void begin_again(attempt_setup setup, std::vector<agent_input> recorded);

  // Phases and attempts (run_attempts.cpp).
  void wait_for_next(std::chrono::milliseconds wait);
  [[nodiscard]] std::chrono::milliseconds time_to(timestamp then) const;
  void set_out();
  void introduce();
  bool move(supervision::run_event on, std::string cause = {});
  bool step(supervision::run_event on, std::string cause = {}); ///< Not saved yet.
  void start_attempt(const std::optional<exit_reason>& after);
  /// With all that only a process which is to be started needs.
  void equip(attempt_setup& setup) const;
  void launch(attempt_setup setup);
  void order_stop(
    exit_kind why,
    const std::string& detail,
    const std::function<void()>& once_on_disk);
  void decide(const exit_reason& why);
  void obey_restart_order();
  void start_by_order(const exit_reason& why);
  void note_takeover(const std::string& session);
  void conclude(supervision::run_event on, const exit_reason& why);
  [[nodiscard]] agents::attempt_plan
  plan_of(const store::attempt_record& attempt) const;
  [[nodiscard]] std::vector<agent_input>
  first_inputs(const std::optional<exit_reason>& after) const;
  [[nodiscard]] raw_json first_turn(const std::optional<exit_reason>& after) const;
  void drop_waiting_turns();
  [[nodiscard]] attempt_usage spent_before(std::uint32_t n) const;
  [[nodiscard]] attempt_setup setup_of(const store::attempt_record& attempt) const;

  // What the agent asks, and who answers (run_asking.cpp).
  bool note_pending(std::vector<pending_request> now);
  void arm_deadline();
  void answer_overdue();
  result<say_input> input_of(const asked<continue_run>& question, std::string& answers);
  [[nodiscard]] bool waits(const pending_request& each) const {
    return !answered_.contains(each.request_id);
  }

  // Messages of other agents (run_mail.cpp).
  void want_mail();
  void want_no_mail();
  void give_mail_back(const std::function<void()>& then);
  void close_inbox();

  // Whether an attempt may start (run_gate.cpp).
  void ask_to_start(const std::optional<exit_reason>& after);
  void leave_gate();
  void tell_end();

  // Events and what is on disk (run_events.cpp).
  void emit(event what, std::optional<event_source> src = {});
  void flush();
  void write_events();
  [[nodiscard]] append_events take_unwritten();
  void flushed(std::uint64_t up_to, int credits);
  void serve(poller waiting);
  void wake_pollers();
  void confirm_continued();
  /// Behind all events so far, in the journal's order.
  void save();
  /// As save; goes on once the journal has answered, however that is.
  void save_then(const std::function<void()>& go_on);
  void forget(const std::set<std::uint32_t>& attempts);
  void save_session();
  bool lose_session(const exit_reason& why); ///< Whether the run can begin afresh.
  void notify(notify_on what);
  void send_notices();
  void retire();
  void settle_for_good();
  void retry_later();
  void say_farewell();
  void page_served();
  void leave_if_done();
  [[nodiscard]] run_over last_words() const;
  void report();
  [[nodiscard]] run_brief brief() const;
  [[nodiscard]] cancelled_run cancelled() const;
  [[nodiscard]] bool final() const { return is_final(record_.view.phase); }

  run_actor::pointer self_;
  surroundings around_;
  registry_actor registry_;
  notifier_actor notifier_;
  runs_actor supervisor_;
  post_actor post_;
  store::run_record record_;
  store::launch_record launch_; ///< Without its environment.
  environments::shared env_;
  const agents::backend_type* backend_ = nullptr;
  std::optional<supervision::restart_history> history_;
  std::optional<exit_reason> restart_after_;
  attempt_actor attempt_;
  std::map<std::uint64_t, poller> pollers_;
  std::map<std::uint64_t, cancel_promise> cancellers_;
  std::vector<stop_promise> stoppers_;
  std::vector<continuation> continued_;
  std::vector<new_notice> unsent_notices_;
  std::set<std::string> answered_;            ///< Pending still, and answered already.
  std::vector<pending_request> asked_before_; ///< As a predecessor left them.
  std::set<std::uint32_t> unforgotten_; ///< Over, which run.json does not say yet.
  std::optional<event> last_telling_;
  std::chrono::milliseconds run_time_{0};
  std::chrono::milliseconds healthy_for_{0};
  exit_kind stop_kind_ = exit_kind::cancelled;
  restart_mode restart_mode_ = restart_mode::resume;
  std::string outbox_;
  std::map<std::uint64_t, std::string> unwritten_; ///< Refused; by first number.
  std::uint64_t seq_ = 0;                          ///< Last one given.
  std::uint64_t told_seq_ = 0;                     ///< Last one on disk.
  std::uint64_t outbox_first_ = 0;
  std::uint64_t next_token_ = 0;
  std::uint64_t wait_generation_ = 0;
  mail_notes mail_;
  std::uint32_t end_told_ = 0; ///< Newest attempt whose end RUNS was told.
  int credits_owed_ = 0;
  run_phase shown_ = run_phase::queued; ///< Final only once that is on disk.
  int flushing_ = 0;                    ///< Batches on their way to the disk.
  bool asked_to_start_ = false;
  bool flush_waits_ = false;
  bool unsaved_ = false; ///< The last save was refused.
  bool retired_ = false;
  bool farewell_ = false;
  bool end_noticed_ = false;
  int reading_ = 0;
};

run_actor::behavior_type
run(run_actor::stateful_pointer<run_state> self, surroundings around, run_setup setup);

} // namespace troupe
