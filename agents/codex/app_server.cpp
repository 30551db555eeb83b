#include "agents/codex/app_server.hpp"

#include "agents/codex/approvals.hpp"
#include "agents/codex/calls.hpp"
#include "agents/codex/failures.hpp"
#include "agents/codex/items.hpp"
#include "agents/codex/notices.hpp"
#include "agents/codex/spending.hpp"
#include "agents/turns.hpp"

#include <utility>

namespace troupe::agents::codex {

namespace {

/// The end of a turn that cannot be parsed, because it was cut or is nested too deep.
/// Quotes inside JSON strings are escaped, so its members stand nowhere else.
bool is_broken_end(std::string_view line) {
  return line.find(R"("method":"turn/completed")") != line.npos;
}

class app_server final : public turn_adapter {
public:
  explicit app_server(const attempt_plan& plan)
    : calls_(plan), approvals_(plan.permissions) {
    if (calls_.resumes())
      session_ = plan.session;
  }

  void line(std::string_view text, bool cut, step& out) override {
    said_anything_ = true;
    const auto object = cut ? std::nullopt : read_object(text);
    if (object)
      return read(*object, out);
    if (is_broken_end(text))
      return broken_end(out);
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
      return steer(turn_text(said), out);
    case input_kind::close:
      closed_ = true;
      out.close_stdin = true;
      return give_up("its input was closed", out);
    case input_kind::file:
      return;
    }
  }

  void over(step& out) const override {
    tell_withdrawn(approvals_.waiting(), "the agent has ended", out);
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return approvals_.waiting().all();
  }
  [[nodiscard]] int open_tools() const override { return items_.open_tools(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return items_.oldest_tool();
  }
  [[nodiscard]] bool takes_nudges() const override {
    return asked_ && !closed_ && !turn_.empty();
  }
  [[nodiscard]] attempt_usage usage() const override { return spent_.so_far(); }

private:
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override {
    return judge_end(how, asked_, said_anything_);
  }
  void count_spending(run_result& result) const override { spent_.put_into(result); }

  void read(const json& line, step& out) {
    const auto method = text_in(line, "method");
    if (method.empty())
      return response(line, out);
    if (line.contains("id"))
      return approvals_.request(line, items_, out);
    notification(method, member(line, "params"), out);
  }

  void response(const json& line, step& out) {
    const auto id = text_in(line, "id");
    const auto& error = member(line, "error");
    const auto& result = member(line, "result");
    if (id == "initialize")
      return error.is_null() ? greeted(out) : no_thread(error, out);
    if (id == "thread")
      return error.is_null() ? thread_opened(result, out) : no_thread(error, out);
    if (calls_.is_turn(id) && asked_ && turn_.empty())
      return error.is_null() ? turn_begun(member(result, "turn"), out)
                             : turn_over({judge_failure(error, {}), {}}, out);
    if (!error.is_null())
      return notices_.refused(id, error, out);
    out.is_receipt = calls_.is_steer(id);
  }

  void notification(std::string_view method, const json& params, step& out) {
    const auto thread = text_in(params, "threadId");
    const bool beside = !thread.empty() && thread != calls_.thread();
    if (method == "item/started")
      return items_.started(member(params, "item"), beside, out);
    if (method == "item/completed")
      return item_completed(member(params, "item"), beside, out);
    if (method == "item/fileChange/patchUpdated")
      return items_.patched(params);
    if (method == "serverRequest/resolved")
      return approvals_.resolved(params, out);
    if (method == "thread/tokenUsage/updated")
      return spent(params, beside);
    if (method == "turn/started")
      return beside ? void() : turn_begun(member(params, "turn"), out);
    if (method == "turn/completed")
      return beside ? void() : turn_completed(member(params, "turn"), out);
    notices_.note(method, params, out);
  }

  void greeted(step& out) {
    if (!closed_)
      calls_.open(out);
  }

  void thread_opened(const json& result, step& out) {
    calls_.opened(result);
    if (!closed_ && first_)
      send_turn(*std::exchange(first_, std::nullopt), out);
  }

  void no_thread(const json& error, step& out) {
    const auto reason = judge_refusal(error, session_.value_or(""));
    if (reason.reason == exit_kind::protocol_error && is_unknown_session(error))
      session_.reset();
    turn_over({reason, {}}, out);
  }

  /// The first turn of an attempt is told by the run: its prompt, or why it goes on.
  /// One that waited in an earlier attempt was told there.
  void turn(const agent_input& said, step& out) {
    auto message = turn_message(said);
    const bool waits = asked_ || !running_.empty();
    if (!take_in(said, message, waits, out))
      return;
    asked_ = true;
    if (!calls_.thread().empty())
      return send_turn(message, out);
    first_ = std::move(message);
    calls::greet(out);
  }

  void send_turn(const agent_message& message, step& out) {
    asked_ = true;
    answer_.reset();
    turn_.clear();
    calls_.turn(message, out);
  }

  /// Told twice of a turn of ours, once of one that the agent gives itself.
  void turn_begun(const json& turn, step& out) {
    running_ = text_in(turn, "id");
    if (asked_ && turn_.empty() && !first_)
      turn_ = running_;
    if (std::exchange(interrupt_due_, false))
      interrupt(out);
  }

  /// Not before its prompt is on disk is there a thread that could be resumed.
  void item_completed(const json& item, bool beside, step& out) {
    if (!beside && text_in(item, "type") == "userMessage")
      session_ = calls_.thread();
    items_.completed(item, beside, out);
  }

  /// A thread that is resumed tells first what its last turn had come to.
  void spent(const json& params, bool beside) {
    using origin = spending::origin;
    const bool again = text_in(params, "turnId") != turn_;
    const auto from = beside || !calls_.resumes() ? origin::begun
                      : again                     ? origin::told_before
                                                  : origin::resumed;
    spent_.note(
      std::string(text_in(params, "threadId")), member(params, "tokenUsage"), from);
  }

  void turn_completed(const json& turn, step& out) {
    const auto id = text_in(turn, "id");
    const auto status = text_in(turn, "status");
    running_.clear();
    if (status == "interrupted" && !closed_)
      calls_.clean(out);
    if (!asked_ || id != turn_)
      return settle(out);
    if (status == "completed")
      return turn_over(answered(), out);
    if (status == "interrupted")
      return turn_over({{exit_kind::agent_error, "interrupted"}, {}}, out);
    turn_over({judge_failure(member(turn, "error"), notices_.limit_until()), {}}, out);
  }

  void broken_end(step& out) {
    warn(
      out,
      "truncated_result",
      {{"message", "the end was too long to be read; the last message stands in"}});
    running_.clear();
    if (asked_)
      turn_over(answered(), out);
  }

  [[nodiscard]] turn_end answered() const {
    turn_end end{{.reason = exit_kind::completed}, {}};
    end.result.final_response = items_.last_text();
    return end;
  }

  void turn_over(turn_end end, step& out) {
    asked_ = false;
    interrupt_due_ = false;
    answer_ = std::move(end);
    items_.turn_over();
    give_up("the turn has ended", out);
    told_ = false;
    settle(out);
  }

  /// Goes on with what waits once nothing runs: the next turn, or the end of this one.
  void settle(step& out) {
    if (asked_ || !running_.empty())
      return;
    if (may_go_on())
      if (const auto next = waiting_.pop())
        return send_turn(*next, out);
    if (!answer_ || std::exchange(told_, true))
      return;
    out.ended = answer_;
    spent_.put_into(out.ended->result);
  }

  /// Whether the turn that ended lets hope that the next one fares better: it has an
  /// answer, or failed for a reason of its own.
  [[nodiscard]] bool may_go_on() const {
    if (closed_ || calls_.thread().empty())
      return false;
    return !answer_ || answer_->reason.reason == exit_kind::completed ||
           answer_->reason.reason == exit_kind::agent_error;
  }

  void give_up(std::string_view why, step& out) {
    tell_withdrawn(approvals_.waiting(), why, out);
    approvals_.clear();
  }

  void answer(const agent_input& said, step& out) {
    const auto given = decode_text<request_answer>(said.body.text);
    if (!given)
      return;
    if (const auto words = approvals_.answer(*given, out); !words.empty())
      steer(words, out);
  }

  void steer(const std::string& text, step& out) {
    if (takes_nudges())
      calls_.steer(turn_, text, out);
  }

  /// One that comes before the turn has a name is sent once it has. It ends the turn
  /// alone: the commands that it leaves running are ended when that is over.
  void interrupt(step& out) override {
    if (running_.empty())
      interrupt_due_ = asked_;
    else
      calls_.interrupt(running_, out);
  }

  calls calls_;
  approvals approvals_;
  items items_;
  notices notices_;
  spending spent_;
  std::optional<agent_message> first_; ///< The turn that waits for a thread.
  std::string turn_;                   ///< Ours, once it has a name.
  std::string running_;                ///< What runs, ours or not.
  bool told_ = false;                  ///< The turn end was told.
  bool interrupt_due_ = false;
};

} // namespace

std::unique_ptr<adapter> make(const attempt_plan& plan) {
  return std::make_unique<app_server>(plan);
}

} // namespace troupe::agents::codex
