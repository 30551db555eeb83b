#pragma once

#include "agents/a2a/greeting.hpp"
#include "agents/a2a/questions.hpp"
#include "agents/a2a/results.hpp"
#include "agents/a2a/session.hpp"
#include "agents/turns.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents::a2a {

/// The adapter. Where it stands is told by which requests are open, by the state of the
/// task, and by `asked_`: from a turn until its end.
class remote_agent final : public turn_adapter {
public:
  explicit remote_agent(const attempt_plan& plan);

  void line(std::string_view text, bool cut, step& out) override;
  void input(const agent_input& said, step& out) override;
  void over(step& out) const override;
  [[nodiscard]] const std::vector<pending_request>& pending() const override;
  [[nodiscard]] bool takes_turns() const override;
  [[nodiscard]] int open_tools() const override { return 0; }
  [[nodiscard]] std::uint64_t oldest_tool() const override { return 0; }
  [[nodiscard]] attempt_usage usage() const override { return {.turns = turns_}; }

private:
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override;
  void count_spending(run_result&) const override {}

  void remember();

  // What comes of requests (remote_hearing.cpp).

  /// News of one of our requests.
  void heard(
    web_news_kind what, errand about, std::uint64_t id, const json& news, step& out);
  void greeted(const json& news, step& out);

  /// The body of a reply or an event: a result, or a JSON-RPC error.
  void told(errand about, const json& body, step& out);

  /// What the state of the task asks for.
  void settle(step& out);

  /// Whoever hears of the task has ended, and it has not.
  void go_on(step& out);
  void stream_ended(errand about, step& out);
  void note_barren(errand about);
  void failed(errand about, const json& news, step& out);

  /// By a JSON-RPC error.
  void refused(errand about, const json& error, step& out);

  /// By HTTP, or by JSON-RPC once that was looked at.
  void refused(
    errand about, const exit_reason& why, bool passes, const json& news, step& out);

  /// A message that was refused. Of some statuses nobody knows who answered them.
  void not_taken(const exit_reason& why, std::int64_t status, step& out);
  void task_lost(const std::string& why, step& out);

  // What is asked for, and how it ends (remote_agent.cpp).

  void go(errand what, const web_request& request, step& out);
  void look(std::uint32_t after_ms, step& out);
  void poll(errand what, std::uint32_t after_ms, step& out);
  void reconnect(const std::string& why, step& out);
  void send_again(const exit_reason& why, step& out);

  // What is said (remote_saying.cpp).

  void turn(const agent_input& said, step& out);

  /// In a task that waits, a turn is its answer.
  void send_first(step& out);
  void send(agent_message said, step& out);
  void answer(const agent_input& said, step& out);
  void interrupt(step& out) override;
  void cancel(std::uint32_t after_ms, step& out);
  void cancel_failed(const std::string& why, step& out);
  void close(std::string_view why, step& out);

  void turn_over(turn_end end, step& out);
  void tell_cancelled(step& out) const;
  [[nodiscard]] bool may_go_on() const;

  greeting greeting_;
  errands errands_;
  remote_session own_;
  remote_task task_;
  questions questions_;
  std::optional<wire> wire_;
  std::optional<opening_turn> first_; ///< Not sent, nor found to be needless.
  message last_;                      ///< What was sent last.
  std::string cwd_;
  std::uint32_t turns_ = 0;
  int events_ = 0; ///< Of the stream that is open.
  int barren_ = 0; ///< Streams in a row that only told how the task was.
  int tries_ = 0;  ///< In a row, to hear of the task again.
  int cancels_ = 0;
  bool resumed_;
  bool said_out_ = false; ///< A message of this attempt went out.
  bool went_out_ = false; ///< The last one did.
  bool interrupted_ = false;
  bool broken_ = false; ///< There will be no talk.
};

} // namespace troupe::agents::a2a
