#include "agents/a2a/remote_agent.hpp"

#include "agents/a2a/remote.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents::a2a {

namespace {

constexpr std::uint32_t first_wait_ms = 500;
constexpr std::uint32_t longest_wait_ms = 30'000;
constexpr int tries_max = 12;

} // namespace

remote_agent::remote_agent(const attempt_plan& plan)
  : greeting_(plan), own_(session_of(plan)), cwd_(plan.cwd), resumed_(plan.resume) {
  remember();
}

void remote_agent::line(std::string_view text, bool cut, step& out) {
  said_anything_ = true;
  const auto news = cut ? std::nullopt : read_object(text);
  const auto id = news ? number_in(*news, "id") : std::nullopt;
  const auto what =
    news ? from_name<web_news_kind>(text_in(*news, "what")) : std::nullopt;
  if (!id || !what || *id < 0)
    return tell_raw(out, text, cut);
  const auto of = static_cast<std::uint64_t>(*id);
  if (const auto about = errands_.of(of))
    heard(*what, *about, of, *news, out);
  remember();
}

void remote_agent::input(const agent_input& said, step& out) {
  if (closed_)
    return;
  if (said.kind == input_kind::turn)
    turn(said, out);
  else if (said.kind == input_kind::answer)
    answer(said, out);
  else if (said.kind == input_kind::interrupt)
    interrupt(out);
  else if (said.kind == input_kind::close)
    close("its input was closed", out);
  remember();
}

void remote_agent::over(step& out) const {
  tell_withdrawn(questions_.waiting(), "the attempt has ended", out);
  if (!own_.task && !own_.unsure)
    return;
  json data{
    {"message",
     own_.cancelling
       ? "the remote agent did not confirm in time that its task is cancelled; it may "
         "go on there"
       : "the task goes on at the remote agent; a next attempt takes it up"}};
  if (own_.task)
    data["task_id"] = *own_.task;
  warn(out, own_.cancelling ? "remote_not_cancelled" : "remote_task_left", data);
}

const std::vector<pending_request>& remote_agent::pending() const {
  return questions_.waiting().all();
}

bool remote_agent::takes_turns() const {
  return !broken_ && turn_adapter::takes_turns();
}

exit_reason remote_agent::judged_by_its_end(const process_end& how) const {
  return judge_end(how, asked_, said_anything_);
}

void remote_agent::remember() {
  if (resumed_ || said_out_)
    session_ = encode_text(own_);
}

void remote_agent::go(errand what, const web_request& request, step& out) {
  if (closed_)
    return;
  if (what == errand::send)
    went_out_ = false;
  errands_.go(what, request, out);
}

void remote_agent::look(std::uint32_t after_ms, step& out) {
  auto request = wire_->look(errands_.next(), *own_.task);
  request.after_ms = after_ms;
  go(errand::look, request, out);
}

void remote_agent::poll(errand what, std::uint32_t after_ms, step& out) {
  auto request = wire_->look(errands_.next(), *own_.task);
  request.after_ms = after_ms;
  request.poll = true;
  go(what, request, out);
}

void remote_agent::reconnect(const std::string& why, step& out) {
  if (tries_ == tries_max)
    return turn_over({{exit_kind::overloaded, why}, {}}, out);
  const auto wait = std::min(first_wait_ms << tries_, longest_wait_ms);
  warn(out, "reconnecting", {{"message", why}, {"try", ++tries_}, {"wait_ms", wait}});
  look(wait, out);
}

void remote_agent::send_again(const exit_reason& why, step& out) {
  if (tries_ == tries_max) {
    if (!own_.unsaid && !waiting_.push({.parts = last_.parts}))
      warn(out, "turn_refused", {{"message", "too many turns wait"}});
    return turn_over({why, {}}, out);
  }
  const auto wait = std::min(first_wait_ms << tries_++, longest_wait_ms);
  auto request = wire_->send(errands_.next(), last_);
  request.after_ms = wait;
  go(errand::send, request, out);
}

void remote_agent::turn_over(turn_end end, step& out) {
  const bool was_interrupted = interrupted_;
  asked_ = interrupted_ = false;
  first_.reset();
  task_.turn_over(out);
  questions_.withdraw("the turn has ended", out);
  if (!closed_)
    errands_.drop_all(out);
  if (task_.has_plain_answer() || is_over(task_.state())) {
    if (was_interrupted && own_.task)
      tell_cancelled(out);
    own_.task.reset();
    own_.cancelling = false;
  }
  answer_ = std::move(end);
  if (may_go_on())
    if (auto next = waiting_.pop())
      return send(std::move(*next), out);
  out.ended = answer_;
  if (was_interrupted && !closed_)
    close("the turn was interrupted", out);
}

void remote_agent::tell_cancelled(step& out) const {
  const bool done = task_.state() == task_state::canceled;
  warn(
    out,
    done ? "remote_cancelled" : "remote_ended",
    {{"task_id", *own_.task},
     {"message",
      done ? "the remote agent has confirmed that its task is cancelled"
           : "the task of the remote agent ended before it was cancelled"}});
}

bool remote_agent::may_go_on() const {
  return !closed_ && !broken_ && wire_ && !own_.unsure &&
         (answer_->reason.reason == exit_kind::completed ||
          answer_->reason.reason == exit_kind::agent_error);
}

std::unique_ptr<adapter> make(const attempt_plan& plan) {
  return std::make_unique<remote_agent>(plan);
}

} // namespace troupe::agents::a2a
