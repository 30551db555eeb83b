#include "actors/run.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/inbox.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// Messages from a RUN's inbox become turns. Which did is in run.json, and before that
/// in the inputs of the newest attempt: one that is given again is known.
namespace troupe {

namespace {

constexpr std::size_t remembered_max = 256;

} // namespace

void run_state::recall_messages(const std::vector<agent_input>& recorded) {
  for (const auto& each : recorded) {
    const auto body = parse_json(each.body.text);
    const auto id = body && body->is_object() ? body->value("message_id", "") : "";
    const auto is_in = [&](const auto& list) {
      return std::ranges::find(list, id) != list.end();
    };
    if (!id.empty() && !is_in(record_.messages) && !is_in(record_.unsaid_messages))
      record_.messages.push_back(id);
  }
}

void run_state::want_mail() {
  if (!post_ || !attempt_ || final() || record_.stop_reason)
    return;
  const auto n = record_.attempts.back().view.n;
  if (std::exchange(mail_wanted_, n) == n)
    return;
  self_->send(
    post_,
    mail_wanted{
      .session_id = record_.view.session_id,
      .run_id = record_.view.run_id,
      .reader = run_actor(self_)});
}

caf::result<written> run_state::take(const take_letter& letter) {
  const auto& v = record_.view;
  if (std::ranges::find(record_.messages, letter.message_id) != record_.messages.end())
    return written{};
  if (final() || v.phase == run_phase::finishing || v.phase == run_phase::stopping)
    return to_caf(error{errc::ended, "run " + v.run_id + " is ending or has ended"});
  if (!attempt_)
    return to_caf(error{errc::busy, "run " + v.run_id + " has no agent right now"});
  json turn{{"text", letter.turn}, {"message_id", letter.message_id}};
  if (letter.interrupt)
    turn["interrupt"] = true;
  auto promise = self_->make_response_promise<written>();
  self_
    ->request(
      attempt_,
      deadline::disk,
      say_input{.kind = input_kind::turn, .body = {print_json(turn)}})
    .then(
      [this, promise, id = letter.message_id](const written&) mutable {
        auto& taken = record_.messages;
        taken.push_back(id);
        if (taken.size() > remembered_max)
          taken.erase(taken.begin());
        promise.deliver(written{});
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

/// No agent has heard it: it is no turn that is dropped.
bool run_state::is_unsaid_message(const std::string& turn) {
  const auto found = std::ranges::find_if(
    record_.messages, [&](const auto& id) { return is_turn_of(turn, id); });
  if (found == record_.messages.end())
    return false;
  record_.unsaid_messages.push_back(*found);
  record_.messages.erase(found);
  return true;
}

leave_inbox run_state::last_mail() const {
  const auto& v = record_.view;
  return {
    .session_id = v.session_id,
    .run_id = v.run_id,
    .unsaid = record_.unsaid_messages,
    .for_good = !v.backend_session_id};
}

void run_state::give_mail_back(const std::function<void()>& then) {
  if (!post_)
    return then();
  self_->request(post_, deadline::disk, last_mail())
    .then(
      [then](const written&) { then(); },
      [this](const caf::error&) {
        retired_ = false;
        retry_later();
      });
}

/// What came before the end was known to everybody waits in vain too.
void run_state::close_inbox() {
  if (auto last = last_mail(); post_ && last.for_good)
    caf::anon_send(post_, std::move(last));
}

} // namespace troupe
