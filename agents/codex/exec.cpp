#include "agents/codex/exec.hpp"

#include "agents/agent_line.hpp"
#include "agents/codex/exec_items.hpp"
#include "agents/codex/failures.hpp"
#include "agents/codex/items.hpp"
#include "agents/process_lines.hpp"
#include "agents/turns.hpp"

#include <utility>

namespace troupe::agents::codex {

namespace {

class exec_agent final : public turn_adapter {
public:
  explicit exec_agent(const attempt_plan& plan) : resumed_(plan.resume) {
    if (resumed_)
      session_ = plan.session;
  }

  void line(std::string_view text, bool cut, step& out) override {
    said_anything_ = true;
    if (const auto object = cut ? std::nullopt : read_object(text))
      return read(*object, out);
    tell_raw(out, text, cut);
  }

  void input(const agent_input& said, step& out) override {
    if (said.kind == input_kind::turn)
      return turn(said, out);
    if (said.kind == input_kind::close && !std::exchange(closed_, true))
      out.close_stdin = true;
  }

  void over(step&) const override {}

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    static const std::vector<pending_request> asks_nothing;
    return asks_nothing;
  }
  [[nodiscard]] int open_tools() const override { return items_.open_tools(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return items_.oldest_tool();
  }
  [[nodiscard]] attempt_usage usage() const override { return spent_; }

private:
  /// Of a thread that cannot be gone on with it says so on stderr alone.
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override {
    auto reason = judge_end(how, asked_, said_anything_);
    if (!resumed_ || said_anything_ || reason.reason != exit_kind::agent_error)
      return reason;
    auto refused = judge_refusal({{"message", reason.detail}}, session_.value_or(""));
    refused.code = reason.code;
    refused.signal = reason.signal;
    return refused;
  }

  /// Of a thread that is gone on with it tells all that was ever spent in it.
  void count_spending(run_result& result) const override {
    if (spent_.turns > 0 && !resumed_)
      result.usage = spent_.tokens;
  }

  /// There is one, and its end is that of stdin.
  void turn(const agent_input& said, step& out) {
    if (std::exchange(closed_, true))
      return warn(out, "turn_refused", {{"message", "it takes no further turn"}});
    began_ = asked_ = true;
    split_lines(turn_text(said), out.lines);
    out.close_stdin = true;
  }

  void read(const json& line, step& out) {
    const auto type = text_in(line, "type");
    if (type == "thread.started")
      thread_ = text_in(line, "thread_id");
    else if (type != "turn.started")
      told(type, line, out);
  }

  /// From the first of these lines on the prompt is on disk, and the thread can be
  /// resumed.
  void told(std::string_view type, const json& line, step& out) {
    if (!thread_.empty())
      session_ = thread_;
    if (type == "item.started")
      items_.started(as_server_item(member(line, "item")), false, out);
    else if (type == "item.updated")
      updated(member(line, "item"), out);
    else if (type == "item.completed")
      completed(member(line, "item"), out);
    else if (type == "turn.completed")
      turn_completed(line, out);
    else if (type == "turn.failed")
      turn_over({judge_failure(member(line, "error"), {}), {}}, out);
    else if (type == "error")
      troubled(words_of(line), out);
    else
      unknown(type, out);
  }

  static void troubled(const std::string& words, step& out) {
    warn(
      out,
      words.starts_with("Reconnecting") ? "api_retry" : "api_error",
      {{"message", words}});
  }

  void updated(const json& item, step& out) {
    if (text_in(item, "type") == "todo_list")
      tell(out, event_type::todo_updated, exec_todos(item));
  }

  void completed(const json& item, step& out) {
    const auto type = text_in(item, "type");
    if (type == "error")
      warn(out, "notice", {{"message", words_of(item)}});
    else if (type == "todo_list")
      updated(item, out);
    else
      items_.completed(as_server_item(item), false, out);
  }

  void turn_completed(const json& line, step& out) {
    spent_.turns = 1;
    if (!resumed_)
      spent_.tokens = exec_tokens(member(line, "usage"));
    turn_end end{{.reason = exit_kind::completed}, {}};
    end.result.final_response = items_.last_text();
    turn_over(std::move(end), out);
  }

  void turn_over(turn_end end, step& out) {
    if (!std::exchange(asked_, false))
      return;
    items_.turn_over();
    count_spending(end.result);
    answer_ = end;
    out.ended = std::move(end);
  }

  void unknown(std::string_view type, step& out) {
    if (!std::exchange(wondered_, true))
      warn(out, "unknown_message", {{"type", one_line(type, 80)}});
  }

  items items_;
  attempt_usage spent_;
  std::string thread_;
  bool resumed_;
  bool wondered_ = false; ///< What it said was told to be unknown.
};

} // namespace

std::unique_ptr<adapter> make_exec(const attempt_plan& plan) {
  return std::make_unique<exec_agent>(plan);
}

} // namespace troupe::agents::codex
