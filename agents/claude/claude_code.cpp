#include "agents/claude/claude_code.hpp"

#include "agents/claude/background.hpp"
#include "agents/claude/command_line.hpp"
#include "agents/claude/control.hpp"
#include "agents/claude/messages.hpp"
#include "agents/claude/results.hpp"
#include "agents/turns.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace troupe::agents::claude {

namespace {

/// Messages that say nothing a client needs: progress, internals, echoes.
constexpr auto silent = std::to_array<std::string_view>(
  {"auth_status",
   "command_lifecycle",
   "keep_alive",
   "prompt_suggestion",
   "stream_event",
   "system/api_metrics",
   "system/compact_boundary",
   "system/elicitation_complete",
   "system/files_persisted",
   "system/hook_progress",
   "system/hook_response",
   "system/hook_started",
   "system/local_command_output",
   "system/microcompact_boundary",
   "system/post_turn_summary",
   "system/session_state_changed",
   "system/status",
   "system/stop_hook_summary",
   "system/task_progress",
   "system/task_updated",
   "system/thinking_tokens",
   "system/turn_duration",
   "system/ui_invalidate",
   "tool_progress",
   "tool_use_summary"});

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

class claude_code final : public adapter {
public:
  explicit claude_code(const attempt_plan& plan)
    : control_(plan.permissions), wants_data_(wants_data(plan)) {
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
    auto data = quoted(text, cut);
    data["raw"] = true;
    tell(out, event_type::agent_message, data);
  }

  void input(const agent_input& said, step& out) override {
    if (closed_)
      return;
    switch (said.kind) {
    case input_kind::turn:
      return turn(turn_text(said), out);
    case input_kind::answer:
      return answer(said, out);
    case input_kind::interrupt:
      interrupted_ = asked_;
      return control_.interrupt(out);
    case input_kind::close:
      closed_ = true;
      out.close_stdin = true;
      control_.withdraw_all(out);
      if (const auto count = waiting_.drop())
        warn(out, "turns_dropped", {{"count", count}});
      return settle(out);
    }
  }

  [[nodiscard]] exit_reason ended(const process_end& how) const override {
    if (answer_ && !asked_)
      return answer_->reason;
    return judge_end(how, asked_, said_anything_);
  }

  [[nodiscard]] run_result outcome() const override {
    auto result = answer_ && !asked_ ? answer_->result : run_result{};
    spent_.put_into(result);
    return result;
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return control_.pending();
  }
  [[nodiscard]] std::optional<std::string> session() const override { return session_; }
  [[nodiscard]] bool takes_turns() const override {
    return answer_ && !asked_ && !closed_;
  }
  [[nodiscard]] int open_tools() const override { return messages_.open_tools(); }

private:
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
    else if (type == "rate_limit_event")
      limit(member(line, "rate_limit_info"), out);
    else
      unknown(std::string(type), out);
  }

  /// Before the first of these lines nothing is on disk that could be resumed.
  void conversation(std::string_view type, const json& line, step& out) {
    if (!named_.empty() && !session_lost_)
      session_ = named_;
    if (type == "assistant")
      messages_.assistant(line, out);
    else
      messages_.user(line, out);
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
    else if (!notice(subtype, line, out))
      unknown("system/" + std::string(subtype), out);
  }

  /// The agent starts every turn with one, those it gives itself too.
  void turn_began(const json& line) {
    named_ = text_in(line, "session_id");
    own_turn_ = !asked_;
    tasks_.turn_began();
  }

  bool notice(std::string_view subtype, const json& line, step& out) {
    if (subtype == "api_retry")
      warn(
        out,
        subtype,
        {{"attempt", member(line, "attempt")},
         {"max_retries", member(line, "max_retries")},
         {"retry_delay_ms", member(line, "retry_delay_ms")},
         {"status", member(line, "error_status")},
         {"error", member(line, "error")}});
    else if (subtype == "permission_denied")
      warn(
        out,
        subtype,
        {{"tool", member(line, "tool_name")},
         {"tool_use_id", member(line, "tool_use_id")},
         {"message", member(line, "message")}});
    else if (subtype == "informational")
      warn(out, "notice", {{"message", member(line, "content")}});
    else if (subtype.starts_with("model_refusal"))
      warn(out, "model_refusal", {{"model", member(line, "original_model")}});
    else
      return false;
    return true;
  }

  void unknown(std::string type, step& out) {
    constexpr std::size_t warned_max = 32;
    constexpr std::size_t name_max = 80;
    if (std::ranges::find(silent, type) != silent.end())
      return;
    type = one_line(type, name_max);
    if (warned_.size() < warned_max && warned_.insert(type).second)
      warn(out, "unknown_message", {{"type", type}});
  }

  void limit(const json& info, step& out) {
    const auto status = text_in(info, "status");
    limit_until_.reset();
    if (status == "allowed")
      return;
    if (const auto seconds = number_in(info, "resetsAt");
        seconds && status == "rejected" && *seconds > 0 && *seconds < 1LL << 40)
      limit_until_ = timestamp{*seconds * 1000};
    warn(
      out,
      "rate_limit",
      {{"status", status},
       {"limit", member(info, "rateLimitType")},
       {"utilization", member(info, "utilization")}});
  }

  void result(const json& line, step& out) {
    spent_.add(line);
    if (is_reaction(line) && (asked_ || answer_)) {
      own_turn_ = false;
      return settle(out);
    }
    auto end = judge(line, {interrupted_, wants_data_, limit_until_});
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
    if (const auto next = waiting_.pop())
      return send(*next, out);
    if (!answer_ || told_)
      return;
    if (answer_->reason.reason == exit_kind::completed && tasks_.any())
      return;
    told_ = true;
    control_.withdraw_all(out);
    out.ended = answer_;
    spent_.put_into(out.ended->result);
  }

  void turn(std::string text, step& out) {
    if (!asked_ && !own_turn_)
      return send(text, out);
    if (!waiting_.push(std::move(text)))
      warn(out, "turn_refused", {{"message", "too many turns wait"}});
  }

  void send(const std::string& text, step& out) {
    asked_ = true;
    answer_.reset();
    out.lines.push_back(print_json(
      {{"type", "user"},
       {"message",
        {{"role", "user"},
         {"content", json::array({{{"type", "text"}, {"text", text}}})}}}}));
  }

  void answer(const agent_input& said, step& out) {
    if (const auto given = decode_text<request_answer>(said.body.text))
      control_.answer(*given, out);
  }

  control control_;
  messages messages_;
  background_tasks tasks_;
  waiting_turns waiting_;
  spending spent_;
  std::optional<turn_end> answer_;
  std::optional<std::string> session_;
  std::string named_;
  std::optional<timestamp> limit_until_;
  std::set<std::string> warned_;
  bool wants_data_;
  bool said_anything_ = false;
  bool asked_ = false;       ///< A turn of ours has no result yet.
  bool own_turn_ = false;    ///< The agent runs a turn that nobody asked for.
  bool told_ = false;        ///< The turn end was told.
  bool interrupted_ = false; ///< We asked the running turn to stop.
  bool closed_ = false;
  bool session_lost_ = false;
};

} // namespace

std::unique_ptr<adapter> make(const attempt_plan& plan) {
  return std::make_unique<claude_code>(plan);
}

} // namespace troupe::agents::claude
