#pragma once

#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "agents/environment.hpp"
#include "agents/fold.hpp"
#include "store/layout.hpp"
#include "supervision/budget.hpp"
#include "supervision/exit_rules.hpp"
#include "supervision/health.hpp"
#include "supervision/memory_watch.hpp"
#include "supervision/stop_ladder.hpp"

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What the ATTEMPT's surroundings are; they outlive every actor.
struct surroundings {
  room* world = nullptr;
  store::layout disk;
  journal_actor journal;
  std::string programs; ///< The directory of Troupe's own.
};

/// Everything an ATTEMPT is started with.
struct attempt_setup {
  std::string run_id;
  std::uint32_t n = 1;
  const agents::backend_type* backend = nullptr;
  agents::attempt_plan plan;
  agents::environment env;
  agents::run_marks marks;
  run_limits limits;
  std::optional<keeper::fence> confine;
  std::chrono::milliseconds run_time_before{0};
  attempt_usage spent_before;
  timestamp started_at;

  /// The first turn of a fresh attempt; of an adopted one, all recorded inputs.
  std::vector<agent_input> inputs;
  std::string token;

  /// The attempt was started by a predecessor of ours.
  bool adopted = false;
  /// What the keeper still holds of it; absent: nobody saw its end.
  std::optional<keeper::kept_attempt> kept;
  /// The newest event that was told of it.
  std::optional<event_source> watermark;
  /// It was to be stopped before; known before the keeper tells anything new.
  std::optional<stop_attempt> stop;
};

/// Remembers one process of an agent. Folds its transcript, speaks to it through the
/// keeper, watches its clocks, ends it by the ladder. It is over when the tree is gone
/// and the transcript has been told to the last byte. The keeper is not told to forget
/// it: that is for who has written its end down.
class attempt_state {
public:
  static inline const char* name = "attempt";

  explicit attempt_state(attempt_actor::pointer self) : self_(self) {}

  void start(surroundings around, attempt_setup setup, run_actor run);

  caf::result<written> say(const say_input& what);
  caf::result<use_now> use(const ask_use& question);
  void finish();
  void stop(const stop_attempt& order);
  void credit();
  void news(const kept_news& what);
  void chunk(const transcript_chunk& bytes);
  void wake(std::uint64_t fired);

private:
  void spawn();
  void adopt();
  void begin_fold();
  void refused(const keeper::spawned_report& report);
  void started(const keeper::spawned_report& report);
  void main_exited(const keeper::exited_report& report);
  void tree_gone(const keeper::gone_report& report);
  void read_on();
  void fold_bytes(const transcript_chunk& bytes);
  void record_next();
  void transcript_ended();
  void read_stderr();
  void stderr_read(std::string tail);
  void judge(std::string stderr_tail);
  void tell(agents::folded&& out, const transcript_chunk* from = nullptr);
  void
  warn(std::string_view kind, const std::string& message, std::string_view step = {});
  void climb(std::vector<supervision::stop_rung> ladder);
  void act(supervision::stop_action action);
  void end_rest();
  void kill_tree();
  void say_to_self(input_kind kind, raw_json body = {});
  void serve(std::vector<agents::file_request>&& wanted);
  void serve_next();
  [[nodiscard]] exit_reason reason(std::string stderr_tail) const;
  [[nodiscard]] supervision::stop_manners manners() const;

  // Signs of life, memory and money (attempt_health.cpp).
  void begin_health(const keeper::spawned_report& report);
  void check_health();
  void check_memory();
  void arm_memory();
  void inspect();
  void arm_health();
  void hear_again(supervision::moment now);
  void account();
  void heed(const supervision::health_finding& found);
  void nudge(const std::string& why);
  void sampled(const keeper::sampled_report& report);
  void answer_use();
  [[nodiscard]] keeper::attempt_key key() const { return {setup_.run_id, setup_.n}; }

  /// An input that waits to be recorded; at most one is being recorded at a time.
  struct waiting_input {
    input_kind kind;
    raw_json body;
    caf::typed_response_promise<written> answer;
    bool is_asked = false;
  };

  attempt_actor::pointer self_;
  surroundings around_;
  attempt_setup setup_;
  run_actor run_;
  std::optional<agents::fold> fold_;
  std::optional<supervision::health> health_;
  std::optional<supervision::memory_watch> memory_;
  std::optional<supervision::budget> budget_;
  std::optional<supervision::moment> armed_; ///< When the next check of health is due.
  std::optional<supervision::moment> memory_due_;
  std::optional<keeper::tree_use> seen_; ///< At the last look.
  supervision::moment seen_at_{0};
  std::vector<caf::typed_response_promise<use_now>> asked_for_use_;
  std::list<waiting_input> unsaid_; ///< A list is nothing while it is empty.
  std::list<transcript_chunk> unread_;
  std::list<agents::file_request> wanted_files_;
  std::optional<std::string> stderr_tail_;
  std::vector<supervision::stop_rung> ladder_;
  std::optional<keeper::exited_report> exited_;
  std::optional<agents::turn_end> result_;
  std::optional<exit_kind> ended_by_us_;
  std::optional<std::string> refusal_;
  bool refused_for_now_ = false;
  std::string end_detail_;
  attempt_view view_;
  supervision::moment first_heard_{0};
  std::uint64_t tail_ = 0;
  std::uint64_t stdout_bytes_ = 0;
  std::uint64_t disk_free_ = ~std::uint64_t{0};
  std::uint64_t written_before_ = 0;
  std::uint64_t ladder_generation_ = 0;
  bool stdin_open_ = false;
  bool recording_ = false;
  bool serving_ = false;
  bool spawned_ = false;
  bool gone_ = false;
  bool reading_stderr_ = false;
  bool judging_ = false;
  bool status_known_ = true;
  bool waits_ = false;
  bool replaying_ = false;
  bool for_good_ = false;
  bool result_told_ = false;
  bool finishing_ = false;
};

attempt_actor::behavior_type attempt(
  attempt_actor::stateful_pointer<attempt_state> self,
  surroundings around,
  attempt_setup setup,
  run_actor run);

} // namespace troupe
