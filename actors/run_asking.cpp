#include "actors/run.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/tokens.hpp"
#include "agents/attachments.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// What the agent of a RUN asks, what is said to it, and what answers for a person who
/// does not.
namespace troupe {

namespace {

constexpr std::chrono::seconds answer_again_after{1};

std::string titles(const std::vector<pending_request>& pending) {
  std::string text;
  for (const auto& each : pending)
    text.append(text.empty() ? "" : ", ").append(each.request_id);
  return text;
}

const pending_request*
find_in(const std::vector<pending_request>& pending, const std::string& request_id) {
  const auto found =
    std::ranges::find(pending, request_id, &pending_request::request_id);
  return found == pending.end() ? nullptr : &*found;
}

std::string asker(const std::shared_ptr<const caller>& who) {
  return who && who->run_id ? "run " + *who->run_id : std::string("person");
}

/// A login cannot be had by refusing it; whoever asks for one is waited for.
bool has_deadline(const pending_request& request, const permission_policy& policy) {
  return policy.deadline_s && request.kind != "auth";
}

request_answer
answer_at_deadline(const pending_request& request, const permission_policy& policy) {
  const bool settled = request.kind == "permission";
  return {
    .request_id = request.request_id,
    .decision = std::string(to_string(settled ? policy.then : at_deadline::deny)),
    .message =
      "nobody answered within " + std::to_string(policy.deadline_s.value_or(0)) + " s",
    .updated_input = {},
    .by = "deadline"};
}

} // namespace

open_questions run_state::questions() const {
  const auto& v = record_.view;
  open_questions shown;
  if (is_final(shown_))
    return shown;
  for (const auto& each : v.pending)
    if (waits(each))
      shown.requests.push_back(
        {.run_id = v.run_id,
         .agent_name = v.agent_name,
         .request_id = each.request_id,
         .kind = each.kind,
         .title = each.title,
         .detail = each.detail,
         .options = each.options,
         .asked_at = each.asked_at.value_or(v.updated_at),
         .deadline = each.deadline});
  shown.total = shown.requests.size();
  return shown;
}

/// Keeps since when each waits, over a restart of ours too. Whether any is new.
bool run_state::note_pending(std::vector<pending_request> now) {
  auto& before = record_.view.pending;
  const auto& policy = launch_.permissions;
  bool any_new = false;
  for (auto& each : now) {
    const auto* known = find_in(before, each.request_id);
    known = known ? known : find_in(asked_before_, each.request_id);
    any_new = any_new || !known;
    each.asked_at = known ? known->asked_at : around_.world->wall();
    if (known)
      each.deadline = known->deadline;
    else if (has_deadline(each, policy))
      each.deadline = timestamp{
        each.asked_at->ms + std::int64_t{1000} * policy.deadline_s.value_or(0)};
  }
  asked_before_.clear();
  std::erase_if(answered_, [&](const std::string& id) { return !find_in(now, id); });
  const bool changed = now != before;
  before = std::move(now);
  if (changed)
    arm_deadline();
  return any_new;
}

void run_state::arm_deadline() {
  std::optional<timestamp> soonest;
  for (const auto& each : record_.view.pending)
    if (each.deadline && waits(each))
      soonest = std::min(soonest.value_or(*each.deadline), *each.deadline);
  if (soonest)
    around_.world->wake_after(time_to(*soonest), self_->address(), token::answer_due);
}

void run_state::answer_overdue() {
  if (!attempt_ || final() || record_.stop_reason)
    return;
  const auto now = around_.world->wall();
  for (const auto& each : record_.view.pending) {
    if (!each.deadline || *each.deadline > now || !waits(each))
      continue;
    answered_.insert(each.request_id);
    say_input said{.kind = input_kind::answer, .body = {}};
    said.body.text = encode_text(answer_at_deadline(each, launch_.permissions));
    self_->request(attempt_, deadline::disk, std::move(said))
      .then(
        [](const written&) {},
        [this, id = each.request_id](const caf::error&) {
          answered_.erase(id);
          around_.world->wake_after(
            answer_again_after, self_->address(), token::answer_due);
        });
  }
  arm_deadline();
}

/// The next turn, or the answer to a request, which then counts as answered.
result<say_input>
run_state::input_of(const asked<continue_run>& question, std::string& answers) {
  const auto& pending = record_.view.pending;
  const auto& message = question.what.input_message;
  say_input said{.kind = input_kind::turn, .body = {}};
  if (pending.empty()) {
    if (auto wrong = agents::wrong_with_files(*backend_, message))
      return fail(errc::invalid_argument, "input_message." + *wrong);
    said.body.text = print_json(turn_body(message));
    return said;
  }
  if (!files_in(message).empty())
    return fail(
      errc::invalid_argument,
      "input_message.parts: " + pending.front().request_id +
        " waits for an answer, which is text or data; files go with the next turn");
  auto answer = answer_of(message);
  if (!answer)
    return fail(std::move(answer.error()));
  const auto is_meant = [&](const pending_request& each) {
    return waits(each) &&
           each.request_id == answer->request_id.value_or(each.request_id);
  };
  const auto request = std::ranges::find_if(pending, is_meant);
  if (request == pending.end())
    return fail(
      errc::conflict,
      "request " + answer->request_id.value_or(pending.front().request_id) +
        " does not wait for an answer; waiting: " + titles(pending));
  answer->request_id = answers = request->request_id;
  answer->by = asker(question.who);
  answered_.insert(answers);
  said.kind = input_kind::answer;
  said.body.text = encode_text(*answer);
  return said;
}

caf::result<continued_run> run_state::go_on(const asked<continue_run>& question) {
  const auto& v = record_.view;
  if (final() || v.phase == run_phase::finishing || v.phase == run_phase::stopping)
    return to_caf(error{errc::ended, "run " + v.run_id + " is ending or has ended"});
  if (!attempt_)
    return to_caf(error{
      errc::busy,
      "run " + v.run_id + " is " + std::string(to_string(v.phase)) +
        "; say it again once it is working"});
  std::string answers;
  auto said = input_of(question, answers);
  if (!said)
    return to_caf(std::move(said.error()));
  auto promise = self_->make_response_promise<continued_run>();
  self_->request(attempt_, deadline::disk, std::move(*said))
    .then(
      [this, promise](const written&) {
        continued_.push_back({promise, seq_});
        flush();
      },
      [this, promise, answers](caf::error& e) mutable {
        answered_.erase(answers);
        promise.deliver(std::move(e));
      });
  return promise;
}

} // namespace troupe
