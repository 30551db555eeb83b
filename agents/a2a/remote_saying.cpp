#include "agents/a2a/remote_agent.hpp"

#include "agents/pieces.hpp"

#include <utility>

/// What is said to a remote agent.
namespace troupe::agents::a2a {

namespace {

constexpr int cancels_max = 15;

} // namespace

void remote_agent::turn(const agent_input& said, step& out) {
  if (!std::exchange(began_, true)) {
    first_ = opening_of(said);
    asked_ = true;
    own_.unsaid = own_.unsaid || !first_->notice;
    return greeting_.begin(errands_, out);
  }
  auto message = turn_message(said);
  const bool waits = asked_ || broken_;
  if (take_in(said, message, waits, out))
    send(std::move(message), out);
}

/// In a task that waits, a turn is its answer.
void remote_agent::send_first(step& out) {
  auto first = *std::exchange(first_, std::nullopt);
  const bool answers = own_.task && is_waiting(task_.state());
  if (!answers)
    own_.task.reset();
  own_.cancelling = false;
  if (first.notice && own_.unsaid)
    first.said = std::move(first.prompt);
  else if (first.notice && own_.lost)
    first.said = joined(std::move(first.said), first.prompt);
  task_.turn_over(out);
  send(std::move(first.said), out);
}

void remote_agent::send(agent_message said, step& out) {
  asked_ = true;
  answer_.reset();
  tries_ = 0;
  turns_ += own_.task ? 0 : 1;
  last_ = {
    .id = own_.key + "-" + std::to_string(++own_.said),
    .parts = std::move(said.parts),
    .cwd = cwd_,
    .context = own_.context,
    .task = own_.task};
  task_.turn_began();
  go(errand::send, wire_->send(errands_.next(), last_), out);
}

void remote_agent::answer(const agent_input& said, step& out) {
  const auto given = decode_text<request_answer>(said.body.text);
  if (!given || !own_.task || !questions_.answered(*given, out))
    return;
  for (const auto each : {errand::watch, errand::send, errand::follow, errand::poll})
    errands_.drop(each, out);
  auto message = text_message(words_for(*given));
  if (given->updated_input) {
    auto whole = *given;
    whole.request_id.reset();
    message.parts.push_back(
      message_part{.type = part_type::data, .data = raw_json{encode_text(whole)}});
  }
  send(std::move(message), out);
}

void remote_agent::interrupt(step& out) {
  if (!asked_ || std::exchange(interrupted_, true))
    return;
  questions_.withdraw("the turn was interrupted", out);
  errands_.drop(errand::watch, out);
  if (own_.task && wire_)
    return cancel(0, out);
  if (!wire_ || own_.unsure)
    return;
  errands_.drop_all(out);
  turn_over({{exit_kind::agent_error, "interrupted"}, {}}, out);
}

void remote_agent::cancel(std::uint32_t after_ms, step& out) {
  own_.cancelling = true;
  auto request = wire_->cancel(errands_.next(), *own_.task);
  request.after_ms = after_ms;
  go(errand::cancel, request, out);
}

void remote_agent::cancel_failed(const std::string& why, step& out) {
  constexpr std::uint32_t again_ms = 1000;
  if (cancels_ == 0)
    warn(out, "cancel_failed", {{"message", why}});
  if (++cancels_ < cancels_max)
    cancel(again_ms, out);
}

void remote_agent::close(std::string_view why, step& out) {
  closed_ = true;
  out.close_stdin = true;
  questions_.withdraw(why, out);
}

} // namespace troupe::agents::a2a
