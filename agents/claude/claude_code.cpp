#include "agents/claude/claude_code.hpp"

#include "agents/claude/background.hpp"
#include "agents/claude/control.hpp"
#include "agents/claude/messages.hpp"
#include "agents/claude/notices.hpp"
#include "agents/claude/results.hpp"
#include "agents/claude/spending.hpp"
#include "agents/claude/user_message.hpp"
#include "agents/turns.hpp"

#include <utility>

namespace troupe::agents::claude {

namespace {

/// A result that cannot be parsed, because it was cut or is nested too deep. Quotes
/// inside JSON strings are escaped, so its member names stand nowhere else.
bool is_broken_result(std::string_view line) {
  const auto has = [&](std::string_view s) { return line.find(s) != line.npos; };
  return line.starts_with('{') && has("\"num_turns\":") && has("\"session_id\":") &&
         !has("\"type\":\"assistant\"") && !has("\"type\":\"user\"");
}

/// The result of a turn that the agent gave itself, as after a background task.
bool is_reaction(const json& result) {
  const auto kind = text_in(member(result, "origin"), "kind");
  return !kind.empty() && kind != "human";
}

class claude_code final : public turn_adapter {
public:
  explicit claude_code(const attempt_plan& plan) : control_(plan.permissions) {
    if (plan.resume)
      session_ = plan.session;
  }

  void line(std::string_view text, bool cut, step& out) override {
    said_anything_ = true;
    const auto object = cut ? std::nullopt : read_object(text);
    if (object)
      return read(*object, out);
    if (is_broken_result(text))
      return broken_result(out);
    tell_raw(out, text, cut);
  }

  void input(const agent_input& said, step& out) override {
    if (closed_)
      return;
    switch (said.kind) {
    case input_kind::turn:
      return turn(said, out);
    case input_kind::answer:
      return answer(said, out);
    case input_kind::interrupt:
      return interrupt(out);
    case input_kind::nudge:
      return out.lines.push_back(user_message(text_message(turn_text(said))));
    case input_kind::file:
      return;
    case input_kind::close:
      closed_ = true;
      out.close_stdin = true;
      give_up("its input was closed", out);
      return settle(out);
    }
  }

  void over(step& out) const override {
    tell_withdrawn(control_.waiting(), "the agent has ended", out);
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return control_.waiting().all();
  }
  [[nodiscard]] int open_tools() const override { return messages_.open_tools(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return messages_.oldest_tool();
  }

  /// With a turn of ours waiting, its answer could be taken for that of the nudge.
  [[nodiscard]] bool takes_nudges() const override {
    return asked_ && !closed_ && waiting_.count() == 0;
  }
  [[nodiscard]] attempt_usage usage() const override { return spent_.so_far(); }

private:
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override {
    return judge_end(how, asked_, said_anything_);
  }
  void count_spending(run_result& result) const override { spent_.put_into(result); }

  void interrupt(step& out) override {
    interrupted_ = asked_;
    control_.interrupt(out);
  }

  void read(const json& line, step& out) {
    const auto type = text_in(line, "type");
    if (type == "assistant" || type == "user")
      conversation(type, line, out);
    else if (type == "result")
      result(line, out);
    else if (type == "system")
      system(line, out);
    else if (type == "control_request")
      control_.request(line, messages_, out);
    else if (type == "control_cancel_request")
      control_.cancel(line, out);
    else if (type == "control_response")
      control::response(line, out);
    else
      notices_.note(type, line, out);
  }

  /// Before the first of these lines nothing is on disk that could be resumed.
  void conversation(std::string_view type, const json& line, step& out) {
    if (!named_.empty() && !session_lost_)
      session_ = named_;
    if (type == "assistant") {
      spent_.note(line);
      messages_.assistant(line, out);
    } else {
      messages_.user(line, out);
    }
  }

  void system(const json& line, step& out) {
    const auto subtype = text_in(line, "subtype");
    if (subtype == "init")
      turn_began(line);
    else if (subtype == "background_tasks_changed")
      tasks_.changed(line), settle(out);
    else if (subtype == "task_started")
      tasks_.started(line);
    else if (subtype == "task_notification")
      tasks_.notified(line, !asked_ && !own_turn_), settle(out);
    else
      notices_.note("system/" + std::string(subtype), line, out);
  }

  /// The agent starts every turn with one, those it gives itself too.
  void turn_began(const json& line) {
    named_ = text_in(line, "session_id");
    own_turn_ = !asked_;
    tasks_.turn_began();
  }

  void result(const json& line, step& out) {
    spent_.add(line);
    if (is_reaction(line) && (asked_ || answer_)) {
      own_turn_ = false;
      return settle(out);
    }
    auto end = judge(line, {interrupted_, notices_.limit_until()});
    if (end.reason.reason == exit_kind::protocol_error) {
      session_lost_ = true;
      session_.reset();
    }
    turn_over(std::move(end), out);
  }

  void broken_result(step& out) {
    warn(
      out,
      "truncated_result",
      {{"message", "the result was too long to be read; the last message stands in"}});
    turn_over(
      {{.reason = exit_kind::completed}, {.final_response = messages_.last_text()}},
      out);
  }

  void turn_over(turn_end end, step& out) {
    const bool second = std::exchange(asked_, false) == false && answer_.has_value();
    own_turn_ = false;
    interrupted_ = false;
    messages_.turn_over();
    if (!second) {
      answer_ = std::move(end);
      told_ = false;
    }
    settle(out);
  }

  /// Goes on with what waits once nothing runs: the next turn, or the end of this one.
  void settle(step& out) {
    if (asked_ || own_turn_)
      return;
    if (may_go_on())
      if (const auto next = waiting_.pop())
        return send(*next, out);
    if (!answer_ || told_)
      return;
    if (answer_->reason.reason == exit_kind::completed && tasks_.any())
      return;
    told_ = true;
    give_up("the turn has ended", out);
    out.ended = answer_;
    spent_.put_into(out.ended->result);
  }

  /// Whether the turn that ended lets hope that the next one fares better: it has an
  /// answer, or failed for a reason of its own. What is wrong with the account or the
  /// session is for the policy of restarts.
  [[nodiscard]] bool may_go_on() const {
    if (closed_)
      return false;
    return !answer_ || answer_->reason.reason == exit_kind::completed ||
           answer_->reason.reason == exit_kind::agent_error;
  }

  void give_up(std::string_view why, step& out) {
    tell_withdrawn(control_.waiting(), why, out);
    control_.clear();
  }

  /// The first turn of an attempt is told by the run: its prompt, or why it goes on.
  /// One that waited in an earlier attempt was told there.
  void turn(const agent_input& said, step& out) {
    const auto message = turn_message(said);
    const bool waits = asked_ || own_turn_;
    if (take_in(said, message, waits, out))
      send(message, out);
  }

  void send(const agent_message& message, step& out) {
    asked_ = true;
    answer_.reset();
    out.lines.push_back(user_message(message));
  }

  void answer(const agent_input& said, step& out) {
    if (const auto given = decode_text<request_answer>(said.body.text))
      control_.answer(*given, out);
  }

  control control_;
  messages messages_;
  notices notices_;
  background_tasks tasks_;
  spending spent_;
  std::string named_;
  bool own_turn_ = false;    ///< The agent runs a turn that nobody asked for.
  bool told_ = false;        ///< The turn end was told.
  bool interrupted_ = false; ///< We asked the running turn to stop.
  bool session_lost_ = false;
};

} // namespace

std::unique_ptr<adapter> make(const attempt_plan& plan) {
  return std::make_unique<claude_code>(plan);
}

} // namespace troupe::agents::claude
