#include "agents/acp/acp.hpp"

#include "agents/acp/files.hpp"
#include "agents/acp/opening.hpp"
#include "agents/acp/permissions.hpp"
#include "agents/acp/prompt.hpp"
#include "agents/acp/results.hpp"
#include "agents/acp/updates.hpp"
#include "agents/turns.hpp"

#include <utility>

namespace troupe::agents::acp {

namespace {

class acp_agent final : public turn_adapter {
public:
  explicit acp_agent(const attempt_plan& plan)
    : opening_(plan), permissions_(plan.permissions), serves_files_(plan.serves_files) {
    if (plan.resume)
      session_ = plan.session;
  }

  void line(std::string_view text, bool cut, step& out) override {
    said_anything_ = true;
    const auto object = cut ? std::nullopt : read_object(text);
    if (object && object->contains("method"))
      return object->contains("id") ? request(*object, out)
                                    : notification(*object, out);
    if (object && (object->contains("result") || object->contains("error")))
      return answered(*object, out);
    tell_raw(out, text, cut);
  }

  void input(const agent_input& said, step& out) override {
    if (closed_)
      return;
    switch (said.kind) {
    case input_kind::turn:
      return turn(said, out);
    case input_kind::answer:
      if (const auto given = decode_text<request_answer>(said.body.text))
        permissions_.answer(*given, out);
      return;
    case input_kind::file:
      if (const auto came = decode_text<file_answer>(said.body.text))
        files_.answer(*came, updates_.calls(), out);
      return;
    case input_kind::interrupt:
      return interrupt(out);
    case input_kind::nudge:
      return;
    case input_kind::close:
      closed_ = true;
      out.close_stdin = true;
      permissions_.forget_all("its input was closed", out);
    }
  }

  void over(step& out) const override {
    updates_.said().tell_rest(out);
    tell_withdrawn(permissions_.waiting(), "the agent has ended", out);
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return permissions_.waiting().all();
  }
  [[nodiscard]] bool takes_turns() const override {
    return !broken_ && turn_adapter::takes_turns();
  }
  [[nodiscard]] int open_tools() const override { return updates_.calls().open(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return updates_.calls().oldest();
  }
  [[nodiscard]] attempt_usage usage() const override {
    return updates_.spent().so_far();
  }

private:
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override {
    return judge_end(how, asked_ || first_.has_value(), said_anything_);
  }
  void count_spending(run_result& result) const override {
    updates_.spent().put_into(result);
  }

  void request(const json& line, step& out) {
    if (closed_)
      return;
    const auto method = text_in(line, "method");
    const auto& id = member(line, "id");
    if (method == "session/request_permission" && asked_) {
      updates_.pause(out);
      return permissions_.request(id, member(line, "params"), updates_.calls(), out);
    }
    const bool of_files =
      method == "fs/read_text_file" || method == "fs/write_text_file";
    if (of_files && serves_files_ && !opening_.is_draft())
      return files_.request(method, line, permissions_, out);
    rpc::refuse(
      id,
      code::method_not_found,
      "this host does not take " + one_line(method, 80) + " now",
      out);
    warn(out, "agent_request_refused", {{"method", one_line(method, 80)}});
  }

  void notification(const json& line, step& out) {
    const auto method = text_in(line, "method");
    const auto& params = member(line, "params");
    if (method == "$/cancel_request")
      return permissions_.withdraw(member(params, "requestId"), out);
    const auto of = text_in(params, "sessionId");
    const bool is_ours = of.empty() || of == opening_.session_id();
    if (method != "session/update" || !is_ours)
      return;
    if (!opening_.ready())
      return opening_.repeated();
    const auto& update = member(params, "update");
    const auto kind = text_in(update, "sessionUpdate");
    if (updates::is_of_turn(kind))
      keep_session();
    updates_.note(update, out);
    if (kind == "state_update" && opening_.is_draft())
      state(update, out);
  }

  /// Version 2 tells the end of a turn by the state of its session.
  void state(const json& update, step& out) {
    const auto now = text_in(update, "state");
    const auto stop = text_in(update, "stopReason");
    if (now != "idle")
      running_ = true;
    else if (asked_ && (running_ || !stop.empty()))
      turn_over(
        stop == "error" ? failed(member(update, "error"))
                        : stopped(stop.empty() ? "end_turn" : stop, update),
        out);
  }

  void answered(const json& line, step& out) {
    const auto what = rpc_.answered(line);
    const auto& error = member(line, "error");
    if (!what) {
      if (error.is_object())
        warn(out, "agent_error_answer", {{"message", words_of(error)}});
      return;
    }
    if (*what != question::prompt)
      return opened(*what, line, out);
    if (error.is_object())
      return turn_over(failed(error), out);
    keep_session();
    if (!opening_.is_draft())
      turn_over(
        stopped(text_in(member(line, "result"), "stopReason"), member(line, "result")),
        out);
  }

  void opened(question what, const json& line, step& out) {
    const auto failure = opening_.answered(what, line, rpc_, out);
    if (opening_.is_gemini())
      files_.be_lenient();
    if (failure)
      return not_opened(*failure, out);
    if (!opening_.ready() || !first_)
      return;
    if (interrupted_)
      return turn_over({{exit_kind::agent_error, "interrupted"}, {}}, out);
    send(first_->said, out);
  }

  /// An agent that was killed early may not have kept what this run has begun.
  void not_opened(const exit_reason& why, step& out) {
    const bool is_lost = why.session_lost.value_or(false);
    if (is_lost)
      session_.reset();
    if (is_lost && first_ && first_->notice && first_->begins) {
      warn(out, "begins_afresh", {{"message", why.detail}});
      first_ = opening_turn{.said = std::move(first_->prompt), .prompt = {}};
      return opening_.anew(rpc_, out);
    }
    broken_ = true;
    turn_over({why, {}}, out);
  }

  turn_end stopped(std::string_view stop_reason, const json& told) {
    updates_.spent().add(told);
    return judge_stop(
      stop_reason,
      {.interrupted = interrupted_,
       .denied = permissions_.denied(),
       .last_text = updates_.said().last_text()});
  }

  [[nodiscard]] turn_end failed(const json& error) const {
    if (interrupted_)
      return {{exit_kind::agent_error, "interrupted"}, {}};
    return {judge_error(error), {}};
  }

  void turn_over(turn_end end, step& out) {
    asked_ = false;
    interrupted_ = false;
    first_.reset();
    updates_.turn_over(out);
    if (!closed_)
      permissions_.cancel_all("the turn has ended", out);
    updates_.spent().put_into(end.result);
    answer_ = std::move(end);
    if (may_go_on())
      if (const auto next = waiting_.pop())
        return send(*next, out);
    out.ended = answer_;
  }

  /// As with Claude Code: the next turn may fare better, unless the account or the
  /// session is what is wrong.
  [[nodiscard]] bool may_go_on() const {
    return !closed_ && !broken_ &&
           (answer_->reason.reason == exit_kind::completed ||
            answer_->reason.reason == exit_kind::agent_error);
  }

  /// The first turn of an attempt is told by the run, and waits for the session.
  void turn(const agent_input& said, step& out) {
    if (!std::exchange(began_, true)) {
      first_ = opening_of(said);
      return opening_.begin(rpc_, out);
    }
    const auto message = turn_message(said);
    const bool waits = asked_ || first_ || broken_;
    if (take_in(said, message, waits, out))
      send(message, out);
  }

  void send(const agent_message& message, step& out) {
    if (auto why = unfit(message, opening_.takes()))
      return turn_over({{exit_kind::agent_error, std::move(*why)}, {}}, out);
    asked_ = true;
    running_ = false;
    answer_.reset();
    updates_.turn_began();
    permissions_.turn_began();
    updates_.spent().prompt_sent();
    rpc_.ask(
      question::prompt,
      "session/prompt",
      {{"sessionId", opening_.session_id()}, {"prompt", prompt_of(message)}},
      out);
    first_.reset();
  }

  void interrupt(step& out) override {
    interrupted_ = asked_ || first_;
    if (!asked_)
      return;
    rpc::notify("session/cancel", {{"sessionId", opening_.session_id()}}, out);
    permissions_.cancel_all("the turn was interrupted", out);
  }

  /// From here on there is something that could be gone on with.
  void keep_session() {
    if (asked_ && opening_.resumable())
      session_ = opening_.session_id();
  }

  rpc rpc_;
  opening opening_;
  permissions permissions_;
  files files_;
  updates updates_;
  std::optional<opening_turn> first_; ///< Not sent before the session is open.
  bool serves_files_;
  bool running_ = false;     ///< Version 2: it has begun with it.
  bool interrupted_ = false; ///< We asked the turn to stop.
  bool broken_ = false;      ///< There will be no session.
};

} // namespace

std::unique_ptr<adapter> make(const attempt_plan& plan) {
  return std::make_unique<acp_agent>(plan);
}

} // namespace troupe::agents::acp
