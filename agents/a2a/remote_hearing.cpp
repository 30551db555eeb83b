#include "agents/a2a/remote_agent.hpp"

#include <utility>

/// What comes of the requests to a remote agent.
namespace troupe::agents::a2a {

namespace {

constexpr std::uint32_t poll_ms = 1000;
constexpr std::uint32_t watch_ms = 5000;
constexpr int barren_max = 3;

turn_end unsure() {
  return {
    {exit_kind::agent_error,
     "the prompt was sent, and the connection was lost before the agent said anything: "
     "whether it works on it is not known, so it is not sent again; look at the agent "
     "first"},
    {}};
}

} // namespace

void remote_agent::heard(
  web_news_kind what, errand about, std::uint64_t id, const json& news, step& out) {
  if (what == web_news_kind::opened) {
    events_ = 0;
    return;
  }
  if (what == web_news_kind::sending) {
    went_out_ = said_out_ = own_.unsure = true;
    own_.unsaid = own_.lost = false;
    return;
  }
  if (what == web_news_kind::event) {
    ++events_;
    return told(about, member(news, "body"), out);
  }
  errands_.done(id);
  if (about == errand::card)
    return greeted(news, out);
  if (about == errand::follow && what == web_news_kind::reply)
    ++barren_;
  if (what == web_news_kind::end)
    return stream_ended(about, out);
  if (what == web_news_kind::failed)
    return failed(about, news, out);
  if (number_in(news, "status") != 200)
    return refused(about, judge_status(news), may_pass(news), news, out);
  told(about, member(news, "body"), out);
  if (asked_)
    go_on(out);
}

void remote_agent::greeted(const json& news, step& out) {
  if (const auto why = greeting_.heard(news, errands_, out)) {
    broken_ = true;
    return turn_over({*why, {}}, out);
  }
  if (!greeting_.found())
    return;
  wire_.emplace(*greeting_.found());
  if (own_.task)
    return interrupted_ ? cancel(0, out) : look(0, out);
  if (interrupted_)
    return turn_over({{exit_kind::agent_error, "interrupted"}, {}}, out);
  if (own_.unsure && first_ && first_->notice)
    return turn_over(unsure(), out);
  send_first(out);
}

/// The body of a reply or an event: a result, or a JSON-RPC error.
void remote_agent::told(errand about, const json& body, step& out) {
  if (const auto& error = member(body, "error"); error.is_object())
    return refused(about, error, out);
  const auto telling = read_result(member(body, "result"));
  if (!task_.take(telling, out)) {
    if (about == errand::send && !own_.task)
      return turn_over(
        {{exit_kind::protocol_error, "its answer is neither a task nor a message"}, {}},
        out);
    return;
  }
  own_.unsure = false;
  tries_ = 0;
  if (!task_.id().empty() && !task_.has_plain_answer())
    own_.task = task_.id();
  if (!task_.context().empty())
    own_.context = task_.context();
  if (interrupted_ && own_.task && !own_.cancelling && !is_over(task_.state()))
    cancel(0, out);
  settle(out);
}

/// What the state of the task asks for.
void remote_agent::settle(step& out) {
  const auto state = task_.state();
  if (task_.has_plain_answer() || is_over(state)) {
    if (first_ && (!first_->notice || own_.cancelling))
      return send_first(out);
    return turn_over(judge_task(task_, interrupted_), out);
  }
  if (is_waiting(state) && first_ && !first_->notice)
    return send_first(out);
  if (first_ && first_->notice)
    first_.reset();
  if (!is_waiting(state))
    return questions_.withdraw("it went on without an answer", out);
  if (interrupted_)
    return;
  questions_.ask(task_, out);
  if (!errands_.is_open(errand::watch))
    poll(errand::watch, watch_ms, out);
}

/// Whoever hears of the task has ended, and it has not.
void remote_agent::go_on(step& out) {
  for (const auto each :
       {errand::send, errand::look, errand::follow, errand::poll, errand::watch})
    if (errands_.is_open(each))
      return;
  if (is_waiting(task_.state()) && interrupted_)
    return;
  if (is_waiting(task_.state()))
    return poll(errand::watch, watch_ms, out);
  if (!own_.task)
    return;
  if (!wire_->streams() || barren_ >= barren_max)
    return poll(errand::poll, poll_ms, out);
  go(errand::follow, wire_->follow(errands_.next(), *own_.task), out);
}

void remote_agent::stream_ended(errand about, step& out) {
  note_barren(about);
  if (!asked_ || is_waiting(task_.state()))
    return;
  if (!own_.task)
    return turn_over(unsure(), out);
  reconnect("its stream ended before the task did", out);
}

void remote_agent::note_barren(errand about) {
  constexpr int snapshot = 1;
  if (about == errand::follow)
    barren_ = std::exchange(events_, 0) > snapshot ? 0 : barren_ + 1;
}

void remote_agent::failed(errand about, const json& news, step& out) {
  const auto why = judge_failure(news);
  note_barren(about);
  if (about == errand::cancel)
    return cancel_failed(why.detail, out);
  if (!may_pass(news))
    return turn_over({why, {}}, out);
  if (about == errand::watch)
    return poll(errand::watch, watch_ms, out);
  if (about == errand::send && !went_out_)
    return send_again(why, out);
  if (!own_.task)
    return turn_over(unsure(), out);
  reconnect(why.detail, out);
}

/// By a JSON-RPC error.
void remote_agent::refused(errand about, const json& error, step& out) {
  const auto number = number_in(error, "code");
  const auto why = judge_error(error);
  if (about == errand::send && !own_.task)
    own_.unsure = false;
  errands_.drop(about, out);
  if (about != errand::send && number == code::task_not_found)
    return task_lost(why.detail, out);
  if (about == errand::cancel && number == code::task_not_cancelable)
    return look(0, out);
  if (about == errand::cancel)
    return warn(out, "cancel_failed", {{"message", why.detail}});
  if (about == errand::follow)
    barren_ = barren_max;
  refused(about, why, about != errand::send, json::object(), out);
}

/// By HTTP, or by JSON-RPC once that was looked at.
void remote_agent::refused(
  errand about, const exit_reason& why, bool passes, const json& news, step& out) {
  constexpr std::int64_t not_found = 404;
  const auto status = number_in(news, "status").value_or(0);
  if (about == errand::cancel)
    return cancel_failed(why.detail, out);
  if (about == errand::send)
    return not_taken(why, status, out);
  if (status == not_found)
    return task_lost(why.detail, out);
  if (passes)
    return reconnect(why.detail, out);
  turn_over({why, {}}, out);
}

/// A message that was refused. Of some statuses nobody knows who answered them.
void remote_agent::not_taken(const exit_reason& why, std::int64_t status, step& out) {
  constexpr std::int64_t server_errors = 500;
  constexpr std::int64_t unavailable = 503;
  if (own_.task) {
    own_.unsure = false;
    warn(out, "message_refused", {{"message", why.detail}});
    return look(0, out);
  }
  if (status >= server_errors && status != unavailable) {
    auto end = unsure();
    end.reason.detail = why.detail + "; " + end.reason.detail;
    return turn_over(std::move(end), out);
  }
  own_.unsure = false;
  own_.unsaid = why.reason != exit_kind::agent_error;
  turn_over({why, {}}, out);
}

void remote_agent::task_lost(const std::string& why, step& out) {
  own_.task.reset();
  own_.lost = true;
  if (first_ && !interrupted_)
    return send_first(out);
  turn_over(
    {{exit_kind::lost, "the remote agent does not know its task any more: " + why}, {}},
    out);
}

} // namespace troupe::agents::a2a
