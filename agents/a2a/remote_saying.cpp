#include "agents/a2a/remote_agent.hpp"

#include <utility>

/// What is said to a remote agent.
namespace troupe::agents::a2a {

namespace {

constexpr int cancels_max = 15;

opening_turn opening_of(const agent_input& said) {
  const auto body = parse_json(said.body.text).value_or(json::object());
  return {
    .text = std::string(text_in(body, "text")),
    .prompt = std::string(text_in(body, "prompt")),
    .notice = flag_in(body, "notice")};
}

} // namespace

void remote_agent::turn(const agent_input& said, step& out) {
  if (!std::exchange(began_, true)) {
    first_ = opening_of(said);
    asked_ = true;
    own_.unsaid = own_.unsaid || !first_->notice;
    return greeting_.begin(errands_, out);
  }
  auto text = turn_text(said);
  const bool waits = asked_ || broken_;
  if (take_in(said, text, waits, out))
    send(std::move(text), {}, out);
}

/// In a task that waits, a turn is its answer.
void remote_agent::send_first(step& out) {
  const auto first = *std::exchange(first_, std::nullopt);
  const bool answers = own_.task && is_waiting(task_.state());
  if (!answers)
    own_.task.reset();
  own_.cancelling = false;
  auto text = first.text;
  if (first.notice && own_.unsaid)
    text = first.prompt;
  else if (first.notice && own_.lost)
    text += "\n\n" + first.prompt;
  task_.turn_over(out);
  send(std::move(text), {}, out);
}

void remote_agent::send(std::string text, std::optional<std::string> data, step& out) {
  asked_ = true;
  answer_.reset();
  tries_ = 0;
  turns_ += own_.task ? 0 : 1;
  last_ = {
    .id = own_.key + "-" + std::to_string(++own_.said),
    .text = std::move(text),
    .data = std::move(data),
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
  std::optional<std::string> data;
  if (given->updated_input) {
    auto whole = *given;
    whole.request_id.reset();
    data = encode_text(whole);
  }
  send(words_for(*given), std::move(data), out);
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
