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

void recall_messages(store::run_record& run, const std::vector<agent_input>& recorded) {
  for (const auto& each : recorded) {
    const auto body = parse_json(each.body.text);
    const auto id = body && body->is_object() ? body->value("message_id", "") : "";
    const auto is_in = [&](const auto& list) {
      return std::ranges::find(list, id) != list.end();
    };
    if (!id.empty() && !is_in(run.messages) && !is_in(run.unsaid_messages))
      run.messages.push_back(id);
  }
}

bool goes_back(store::run_record& run, const std::string& turn) {
  const auto found = std::ranges::find_if(
    run.messages, [&](const auto& id) { return is_turn_of(turn, id); });
  if (found == run.messages.end())
    return false;
  run.unsaid_messages.push_back(*found);
  run.messages.erase(found);
  return true;
}

/// What may have been written down counts: it is rather not said than said twice.
leave_inbox last_mail(const store::run_record& run, const mail_notes& notes) {
  leave_inbox last{
    .session_id = run.view.session_id,
    .run_id = run.view.run_id,
    .said = run.messages,
    .unsaid = run.unsaid_messages,
    .for_good = !run.view.backend_session_id};
  last.said.insert(last.said.end(), notes.in_hand.begin(), notes.in_hand.end());
  return last;
}

void run_state::want_mail() {
  if (!post_ || !attempt_ || final() || record_.stop_reason)
    return;
  const auto n = record_.attempts.back().view.n;
  if (std::exchange(mail_.wanted_for, n) == n)
    return;
  self_->send(
    post_,
    mail_wanted{
      .session_id = record_.view.session_id,
      .run_id = record_.view.run_id,
      .reader = run_actor(self_)});
}

void run_state::want_no_mail() {
  const auto& v = record_.view;
  if (post_)
    self_->send(post_, mail_unwanted{.session_id = v.session_id, .run_id = v.run_id});
}

caf::result<written> run_state::take(const take_letter& letter) {
  const auto& v = record_.view;
  if (std::ranges::find(record_.messages, letter.message_id) != record_.messages.end())
    return written{};
  if (final() || v.phase == run_phase::finishing || v.phase == run_phase::stopping)
    return to_caf(error{errc::ended, "run " + v.run_id + " is ending or has ended"});
  if (!attempt_)
    return to_caf(error{errc::busy, "run " + v.run_id + " has no agent right now"});
  if (!mail_.in_hand.insert(letter.message_id).second)
    return to_caf(error{errc::unavailable, "it is being written down; ask again"});
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
        mail_.in_hand.erase(id);
        auto& taken = record_.messages;
        taken.push_back(id);
        if (taken.size() > remembered_max)
          taken.erase(taken.begin());
        promise.deliver(written{});
      },
      [this, promise, id = letter.message_id](caf::error& e) mutable {
        if (from_caf(e).code != errc::unavailable)
          mail_.in_hand.erase(id);
        promise.deliver(std::move(e));
      });
  return promise;
}

void run_state::give_mail_back(const std::function<void()>& then) {
  if (!post_)
    return then();
  self_->request(post_, deadline::disk, last_mail(record_, mail_))
    .then(
      [then](const written&) { then(); },
      [this](const caf::error&) {
        retired_ = false;
        retry_later();
      });
}

/// What came before the end was known to everybody waits in vain too.
void run_state::close_inbox() {
  if (auto last = last_mail(record_, mail_); post_ && last.for_good)
    caf::anon_send(post_, std::move(last));
}

} // namespace troupe
