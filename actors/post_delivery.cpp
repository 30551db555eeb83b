#include "actors/post.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// The POST gives runs what waits for them. A message that a run may have taken, when
/// the supervisor died or the run did, is asked about before it is given again: a live
/// run knows by its inputs what it took, of one that has ended it is in run.json.
namespace troupe {

namespace {

/// A run that says so did not take it, and never will.
bool is_refusal(errc code) {
  return code == errc::ended || code == errc::busy || code == errc::conflict;
}

} // namespace

void post_state::serve(const mail_wanted& who) {
  enqueue(
    who.session_id,
    {[this, who] {
       auto& one = boxes_.at(who.session_id);
       one.reader = who.reader;
       one.reader_id = who.run_id;
       deliver(who.session_id, [] {});
     },
     [](const error&) {}});
}

/// Who waited in the agent's name is gone with its process.
void post_state::serve_no_more(const mail_unwanted& who) {
  const auto it = boxes_.find(who.session_id);
  if (it == boxes_.end())
    return;
  if (it->second.reader_id == who.run_id)
    it->second.reader = nullptr;
  end_waits([&](const waiter& each) {
    return each.question.is_own && each.question.of.run_id == who.run_id;
  });
}

void post_state::deliver(const std::string& session_id, const afterwards& then) {
  const auto& one = boxes_.at(session_id);
  const auto* next = one.letters->next();
  const bool is_awaited = std::ranges::any_of(
    one.waiters, [](const auto& each) { return each.second.question.is_own; });
  if (next && next->given_to && next->given_to != one.reader_id)
    return find_out(*next, then);
  if (next && one.reader && (next->given_to || !is_awaited))
    return give(next->letter, then);
  if (!one.waiters.empty())
    return show(session_id, then);
  then();
  done(session_id);
}

void post_state::settled(const std::string& session_id, const afterwards& then) {
  const auto go_on = [this, session_id, then] { deliver(session_id, then); };
  const auto stop = [this, session_id, then](const error&) {
    then();
    done(session_id);
  };
  save(session_id, go_on, stop);
}

void post_state::give(const agent_letter& letter, const afterwards& then) {
  const auto session_id = letter.to_session_id;
  const auto run_id = boxes_.at(session_id).reader_id;
  letters(session_id).give(letter.seq, run_id);
  const take_letter order{
    .message_id = letter.message_id,
    .turn = turn_of(letter),
    .interrupt = letter.priority == message_priority::interrupt};
  save(
    session_id,
    [this, session_id, run_id, order, letter, then] {
      const auto& reader = boxes_.at(session_id).reader;
      if (!reader)
        return not_given(letter, {errc::busy, "its agent has just ended"}, then);
      self_->request(reader, deadline::disk, order)
        .then(
          [this, letter, run_id, then](const written&) { gave(letter, run_id, then); },
          [this, letter, then](const caf::error& e) {
            not_given(letter, from_caf(e), then);
          });
    },
    [this, letter, then](const error&) {
      not_given(letter, {errc::busy, "the disk"}, then);
    });
}

void post_state::gave(
  const agent_letter& letter, const std::string& run_id, const afterwards& then) {
  const auto& session_id = letter.to_session_id;
  letters(session_id).delivered(letter.seq, run_id, setup_.world->wall());
  settled(session_id, then);
}

/// It waits for the run's next attempt, or for the next run, or to be fetched.
void post_state::not_given(
  const agent_letter& letter, const error& why, const afterwards& then) {
  const auto& session_id = letter.to_session_id;
  if (is_refusal(why.code))
    letters(session_id).take_back(letter.seq);
  show(session_id, then);
}

void post_state::find_out(const store::kept_letter& one, const afterwards& then) {
  const auto letter = one.letter;
  const auto session_id = letter.to_session_id;
  const auto run_id = *one.given_to;
  self_->request(setup_.journal, deadline::disk, load_run{.run_id = run_id})
    .then(
      [this, letter, session_id, run_id, then](const loaded_run& found) {
        const auto& taken = found.record.messages;
        if (!is_final(found.record.view.status)) {
          then();
          return done(session_id);
        }
        if (std::ranges::find(taken, letter.message_id) == taken.end())
          letters(session_id).take_back(letter.seq);
        else
          letters(session_id).delivered(letter.seq, run_id, setup_.world->wall());
        settled(session_id, then);
      },
      [this, letter, session_id, run_id, then](const caf::error& e) {
        if (from_caf(e).code == errc::unavailable) {
          then();
          return done(session_id);
        }
        letters(session_id)
          .failed(
            letter.seq,
            "in doubt: run " + run_id + " may have had it, and its record is gone",
            setup_.world->wall());
        settled(session_id, then);
      });
}

void post_state::show(const std::string& session_id, const afterwards& then) {
  auto& one = boxes_.at(session_id);
  const auto before = one.letters->record();
  std::vector<waiter> seeing;
  for (auto it = one.waiters.begin(); it != one.waiters.end();) {
    const auto page = page_for(it->second.question, *one.letters);
    if (page.messages.empty()) {
      ++it;
      continue;
    }
    if (it->second.question.is_own)
      one.letters->read(page, setup_.world->wall());
    seeing.push_back(it->second);
    waiting_in_.erase(it->first);
    it = one.waiters.erase(it);
  }
  const bool has_read = one.letters->record() != before;
  const auto answer = [this, session_id, seeing, has_read, then] {
    for (auto each : seeing)
      each.answer.deliver(page_for(each.question, letters(session_id)));
    if (has_read)
      return deliver(session_id, then);
    then();
    done(session_id);
  };
  if (!has_read)
    return answer();
  save(session_id, answer, [this, session_id, before, seeing, then](const error& e) {
    letters(session_id) = inbox(before);
    for (auto each : seeing)
      each.answer.deliver(to_caf(e));
    then();
    done(session_id);
  });
}

caf::result<written> post_state::leave(const leave_inbox& last) {
  auto promise = self_->make_response_promise<written>();
  enqueue(
    last.session_id,
    {[this, last, promise] { let_go(last, promise); },
     [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }});
  return promise;
}

void post_state::let_go(
  const leave_inbox& last, caf::typed_response_promise<written> answer) {
  auto& one = boxes_.at(last.session_id);
  if (one.reader_id == last.run_id)
    one.reader = nullptr;
  const auto before = one.letters->record();
  const auto now = setup_.world->wall();
  one.letters->returned(last.run_id, last.unsaid, now);
  one.letters->resolved(last.run_id, last.said, now);
  if (last.for_good)
    one.letters->closed(
      "the agent has ended without reading it, and cannot be gone on with", now);
  const auto agree = [this, last, answer]() mutable {
    answer.deliver(written{});
    done(last.session_id);
  };
  if (one.letters->record() == before)
    return std::function(agree)();
  save(last.session_id, agree, [this, last, before, answer](error e) mutable {
    letters(last.session_id) = inbox(before);
    answer.deliver(to_caf(std::move(e)));
    done(last.session_id);
  });
}

} // namespace troupe
