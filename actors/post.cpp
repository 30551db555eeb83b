#include "actors/post.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "protocol/identity.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The POST: what comes into an inbox, and who looks into it. What goes out to runs is
/// in post_delivery.cpp.
namespace troupe {

namespace {

constexpr std::size_t inbox_jobs_max = 1024;
constexpr std::size_t inbox_waiters_max = 64;

std::vector<std::string> keys_of(const asked<send_agent_message>& question) {
  std::vector<std::string> keys;
  if (const auto& key = question.what.idempotency_key)
    keys.push_back("k:" + question.who->run_id.value_or("") + ":" + *key);
  if (!question.key.empty())
    keys.push_back(question.key);
  return keys;
}

agent_letter letter_of(const post_letter& order, timestamp now) {
  const auto& what = order.question.what;
  agent_letter letter{
    .message_id = new_message_id(now),
    .from_agent_name = {},
    .from_session_id = {},
    .from_run_id = {},
    .to_agent_name = order.to.agent_name,
    .to_session_id = order.to.session_id,
    .created_at = now,
    .priority = what.priority,
    .body = what.message,
    .metadata = what.metadata,
    .state_at = now,
    .run_id = {},
    .why = {}};
  if (order.from) {
    letter.from_agent_name = order.from->agent_name;
    letter.from_session_id = order.from->session_id;
    letter.from_run_id = order.from->run_id;
  }
  letter.body.role = order.from ? message_role::agent : message_role::user;
  return letter;
}

} // namespace

void post_state::start(post_setup setup) {
  setup_ = std::move(setup);
}

inbox& post_state::letters(const std::string& session_id) {
  return *boxes_.at(session_id).letters;
}

void post_state::enqueue(const std::string& session_id, job what) {
  auto& one = boxes_[session_id];
  if (one.jobs.size() >= inbox_jobs_max)
    return what.refuse({errc::busy, "too many wait for this inbox; try again shortly"});
  one.jobs.push_back(std::move(what));
  go_on(session_id);
}

void post_state::go_on(const std::string& session_id) {
  const auto it = boxes_.find(session_id);
  if (it == boxes_.end() || it->second.busy)
    return;
  auto& one = it->second;
  if (one.jobs.empty()) {
    if (!one.reader && one.waiters.empty())
      boxes_.erase(it);
    return;
  }
  one.busy = true;
  auto next = std::move(one.jobs.front());
  one.jobs.pop_front();
  if (one.letters)
    return next.act();
  self_->request(setup_.journal, deadline::disk, load_inbox{.session_id = session_id})
    .then(
      [this, session_id, next](store::inbox_record& found) {
        boxes_.at(session_id).letters.emplace(std::move(found));
        next.act();
      },
      [this, session_id, next](const caf::error& e) {
        next.refuse(from_caf(e));
        done(session_id);
      });
}

void post_state::done(const std::string& session_id) {
  boxes_.at(session_id).busy = false;
  go_on(session_id);
}

void post_state::save(
  const std::string& session_id,
  std::function<void()> then,
  std::function<void(error)> failed) {
  self_
    ->request(
      setup_.journal, deadline::disk, save_inbox{.inbox = letters(session_id).record()})
    .then(
      [then = std::move(then)](const written&) { then(); },
      [failed = std::move(failed)](const caf::error& e) { failed(from_caf(e)); });
}

caf::result<sent_message> post_state::post(const post_letter& order) {
  auto promise = self_->make_response_promise<sent_message>();
  enqueue(
    order.to.session_id,
    {[this, order, promise] { add(order, promise); },
     [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }});
  return promise;
}

void post_state::add(
  const post_letter& order, caf::typed_response_promise<sent_message> answer) {
  const auto& session_id = order.to.session_id;
  const auto& all = letters(session_id);
  if (const auto* before = all.sent_with(keys_of(order.question))) {
    answer.deliver(receipt_of(*before));
    return done(session_id);
  }
  if (!is_final(order.to.status))
    return take_in(order, answer);
  const std::function<void(error)> refuse =
    [this, session_id, answer](error e) mutable {
      answer.deliver(to_caf(std::move(e)));
      done(session_id);
    };
  self_->request(setup_.journal, deadline::disk, load_session{.session_id = session_id})
    .then(
      [this, order, answer, refuse](const store::session_record& session) mutable {
        if (session.backend_session_id)
          return take_in(order, answer);
        refuse(
          {errc::ended,
           "agent " + order.to.agent_name +
             " has ended, and its conversation cannot be gone on with: nobody would "
             "read the message. Start another with spawn_run"});
      },
      [refuse](const caf::error& e) mutable { refuse(from_caf(e)); });
}

void post_state::take_in(
  const post_letter& order, caf::typed_response_promise<sent_message> answer) {
  const auto& session_id = order.to.session_id;
  auto& all = letters(session_id);
  auto kept = all.record();
  const auto seq =
    all.add(letter_of(order, setup_.world->wall()), keys_of(order.question));
  if (!seq) {
    answer.deliver(to_caf(seq.error()));
    return done(session_id);
  }
  const auto reply = [this, session_id, seq = *seq, answer]() mutable {
    if (const auto* one = letters(session_id).find(seq))
      answer.deliver(receipt_of(*one));
    else
      answer.deliver(to_caf(error{errc::busy, "the inbox is full"}));
  };
  save(
    session_id,
    [this, session_id, reply] { deliver(session_id, reply); },
    [this, session_id, kept, answer](error e) mutable {
      letters(session_id) = inbox(std::move(kept));
      answer.deliver(to_caf(std::move(e)));
      done(session_id);
    });
}

caf::result<message_page> post_state::read(const read_inbox& question) {
  auto promise = self_->make_response_promise<message_page>();
  enqueue(
    question.of.session_id,
    {[this, question, promise] {
       look({promise, question});
     },
     [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }});
  return promise;
}

message_page
post_state::page_for(const read_inbox& question, const inbox& letters) const {
  auto page = letters.page(question.what, question.from);
  page.agent_name = question.of.agent_name;
  return page;
}

void post_state::look(const waiter& reading) {
  const auto& question = reading.question;
  const auto session_id = question.of.session_id;
  auto& all = letters(session_id);
  auto answer = reading.answer;
  const auto page = page_for(question, all);
  if (page.messages.empty() && wait(reading))
    return done(session_id);
  const auto before = all.record();
  if (question.is_own)
    all.read(page, setup_.world->wall());
  if (all.record() == before) {
    answer.deliver(page);
    return done(session_id);
  }
  save(
    session_id,
    [this, session_id, question, answer]() mutable {
      answer.deliver(page_for(question, letters(session_id)));
      done(session_id);
    },
    [this, session_id, before, answer](error e) mutable {
      letters(session_id) = inbox(before);
      answer.deliver(to_caf(std::move(e)));
      done(session_id);
    });
}

/// Whether the client waits now.
bool post_state::wait(const waiter& reading) {
  const auto& session_id = reading.question.of.session_id;
  auto& waiting = boxes_.at(session_id).waiters;
  const std::chrono::milliseconds patience(reading.question.what.wait_ms);
  if (patience.count() == 0 || waiting.size() >= inbox_waiters_max)
    return false;
  const auto token = ++next_token_;
  waiting.emplace(token, reading);
  waiting_in_.emplace(token, session_id);
  setup_.world->wake_after(patience, self_->address(), token);
  return true;
}

void post_state::wake(std::uint64_t fired) {
  if (waiting_in_.contains(fired))
    end_wait(fired);
}

/// Had there been anything to show, it had been shown. What was kept for who waited may
/// be a turn now.
void post_state::end_wait(std::uint64_t token) {
  const auto session_id = waiting_in_.extract(token).mapped();
  auto one = boxes_.at(session_id).waiters.extract(token);
  auto& [answer, question] = one.mapped();
  answer.deliver(message_page{
    .agent_name = question.of.agent_name,
    .session_id = session_id,
    .messages = {},
    .next_after_seq = question.what.after_seq});
  enqueue(
    session_id,
    {[this, session_id] { deliver(session_id, [] {}); }, [](const error&) {}});
}

void post_state::end_waits(const std::function<bool(const waiter&)>& which) {
  std::vector<std::uint64_t> ended;
  for (const auto& [session_id, one] : boxes_)
    for (const auto& [token, each] : one.waiters)
      if (which(each))
        ended.push_back(token);
  for (const auto token : ended)
    end_wait(token);
}

void post_state::stop(const stop_waiting& whose) {
  end_waits([&](const waiter& each) { return each.question.who == whose.who; });
}

post_actor::behavior_type
post(post_actor::stateful_pointer<post_state> self, post_setup setup) {
  auto* state = &self->state;
  self->send(setup.registry, post_actor(self));
  state->start(std::move(setup));
  return {
    [state](const post_letter& order) { return state->post(order); },
    [state](const read_inbox& question) { return state->read(question); },
    [state](const stop_waiting& whose) { state->stop(whose); },
    [state](const mail_wanted& who) { state->serve(who); },
    [state](const mail_unwanted& who) { state->serve_no_more(who); },
    [state](const leave_inbox& last) { return state->leave(last); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
