#include "mcp/session.hpp"

#include <caf/exit_reason.hpp>

namespace troupe::mcp {

namespace {

constexpr int hello_version = 1;

result<hello> read_hello(const client_said& said) {
  auto greeting = decode_text<hello>(said.line);
  if (said.cut || !greeting)
    return fail(
      errc::invalid_argument,
      "the first line of a connection is a hello {version, relay, cwd, env}" +
        (greeting || said.cut ? std::string(" and not that long")
                              : "; " + greeting.error().message) +
        ". Connect through `troupe mcp`, which says it.");
  if (greeting->version != hello_version)
    return fail(
      errc::invalid_argument,
      "this daemon speaks hello version " + std::to_string(hello_version) +
        ", the client said " + std::to_string(greeting->version) +
        ". Use the troupe of the daemon's version, or `troupe daemon upgrade`.");
  return greeting;
}

} // namespace

void session_state::begin(
  session_actor::pointer self,
  client_joined peer,
  room* outside,
  desk at,
  session_options options) {
  self_ = self;
  peer_ = std::move(peer);
  outside_ = outside;
  at_ = std::move(at);
  options_ = std::move(options);
}

void session_state::take(const client_said& said) {
  switch (phase_) {
  case phase::greeting:
    return greet(said);
  case phase::asking:
    if (waiting_.size() >= waiting_max)
      return refuse("too many lines before the daemon has said who you are");
    return waiting_.push_back(said);
  case phase::serving:
    return serve(said);
  case phase::refused:
    return turn_away(said);
  }
}

void session_state::greet(const client_said& said) {
  auto greeting = read_hello(said);
  if (!greeting) {
    refuse(greeting.error().message);
    return turn_away(said);
  }
  auto list = listed(greeting->toolsets.value_or(options_.toolsets));
  outside_->acknowledge(peer_.client, 1);
  if (!list)
    return refuse(list.error().message);
  dialogue_.emplace(std::move(*list));
  ask_whose(*greeting);
}

void session_state::ask_whose(const hello& greeting) {
  who_.cwd = greeting.cwd;
  who_.env = greeting.env;
  who_.relay = greeting.relay;
  phase_ = phase::asking;
  whose_process question;
  question.pid = peer_.pid;
  question.cgroup = peer_.cgroup;
  question.ancestors = peer_.ancestors;
  question.token = greeting.token;
  self_->request(at_.runs, identity_timeout, std::move(question))
    .then(
      [this](const process_owner& owner) { identified(owner); },
      [this](const caf::error& e) { refuse(from_caf(e).message); });
}

void session_state::identified(const process_owner& owner) {
  if (phase_ != phase::asking)
    return;
  who_.run_id = owner.run_id;
  who_.depth = owner.depth;
  shared_who_ = std::make_shared<const caller>(std::move(who_));
  phase_ = phase::serving;
  const bool left = std::exchange(left_, false);
  for (const auto& said : std::exchange(waiting_, {}))
    serve(said);
  left_ = left;
  leave_if_done();
}

void session_state::refuse(std::string why) {
  phase_ = phase::refused;
  refusal_ = std::move(why);
  for (const auto& said : std::exchange(waiting_, {}))
    turn_away(said);
  leave_if_done();
}

/// Answers a request with the reason, then ends; a notification leaves the client the
/// chance to ask first.
void session_state::turn_away(const client_said& said) {
  const auto m = jsonrpc::read_line(said.line);
  outside_->acknowledge(peer_.client, 1);
  if (m && m->what != jsonrpc::kind::request)
    return;
  say(print_json(
    jsonrpc::failure(m ? m->id : m.error().id, jsonrpc::invalid_request, refusal_)));
  self_->quit();
}

void session_state::serve(const client_said& said) {
  if (said.cut)
    say(print_json(jsonrpc::failure(
      nullptr,
      jsonrpc::invalid_request,
      "the line is longer than " + std::to_string(options_.line_bytes_max) +
        " bytes, the limit of this daemon; send less in one message")));
  else
    play(dialogue_->take(said.line, outside_->wall()));
  outside_->acknowledge(peer_.client, 1);
}

void session_state::play(turn what) {
  std::shared_ptr<batch_answers> batch;
  if (what.batch) {
    batch = std::make_shared<batch_answers>();
    for (const auto& s : what.steps)
      batch->open += std::holds_alternative<drop_call>(s) ? 0 : 1;
  }
  for (auto& s : what.steps) {
    if (auto* answer = std::get_if<say_answer>(&s))
      settle(batch, print_json(answer->message));
    else if (auto* call = std::get_if<call_tool>(&s))
      play(std::move(*call), batch);
    else if (const auto* dropped = std::get_if<drop_call>(&s))
      drop(dropped->id);
  }
}

void session_state::play(call_tool what, const std::shared_ptr<batch_answers>& batch) {
  if (calls_.has(what.id))
    return settle(
      batch,
      print_json(jsonrpc::failure(
        what.id,
        jsonrpc::invalid_request,
        "a call with this id is under way; give each request an id of its own")));
  if (calls_.full()) {
    const result<raw_json> busy = fail(
      errc::busy,
      std::string(what.which->info.name) +
        " was not called: " + std::to_string(open_calls::wanted_max) +
        " calls of this client are under way. Wait for one to end, then call again.");
    return settle(
      batch,
      jsonrpc::success_text(what.id, answer_text(what.form, busy, outside_->wall())));
  }
  start(std::move(what), batch);
}

void session_state::start(call_tool what, const std::shared_ptr<batch_answers>& batch) {
  inquiry q{.self = self_, .at = &at_, .who = shared_who_};
  if (!shared_who_->relay.empty())
    q.key = shared_who_->relay + " " + print_json(what.id);
  const auto& which = *what.which;
  const auto arguments = what.arguments;
  const bool tells_progress = which.info.waits && !what.progress_token.is_null();
  const auto number = calls_.add({std::move(what), outside_->now(), batch});
  if (tells_progress)
    outside_->wake_after(progress_period, self_->address(), number);
  which.call(q, arguments, [this, number](const result<raw_json>& answer) {
    finish(number, answer);
  });
}

void session_state::finish(std::uint64_t number, const result<raw_json>& answer) {
  const auto call = calls_.take(number);
  if (call && !call->dropped) {
    note(*call, answer ? "ok" : "error", &answer);
    settle(
      call->batch,
      jsonrpc::success_text(
        call->asked.id, answer_text(call->asked.form, answer, outside_->wall())));
  }
  leave_if_done();
}

void session_state::drop(const json& id) {
  const auto* call = calls_.drop(id);
  if (call == nullptr)
    return;
  note(*call, "dropped", nullptr);
  settle(call->batch, {});
}

/// Says an answer, or lays it to those of its batch; empty if there is none to give.
void session_state::settle(
  const std::shared_ptr<batch_answers>& batch, std::string answer) {
  if (!batch) {
    if (!answer.empty())
      say(std::move(answer));
    return;
  }
  if (!answer.empty())
    batch->list.push_back({std::move(answer)});
  if (--batch->open == 0 && !batch->list.empty())
    say(encode_text(batch->list));
}

void session_state::tick(std::uint64_t number) {
  const auto* call = calls_.wanted(number);
  if (call == nullptr)
    return;
  const auto waited =
    std::chrono::duration_cast<std::chrono::seconds>(outside_->now() - call->since);
  say(print_json(jsonrpc::notification(
    "notifications/progress",
    {{"progressToken", call->asked.progress_token},
     {"progress", waited.count()},
     {"message", "still waiting after " + std::to_string(waited.count()) + " s"}})));
  outside_->wake_after(progress_period, self_->address(), number);
}

void session_state::note(
  const open_call& call, std::string_view how, const result<raw_json>* answer) const {
  if (!options_.log)
    return;
  call_entry entry{
    .client = peer_.client,
    .client_name = call.asked.client_name,
    .tool = call.asked.which->info.name,
    .took = outside_->now() - call.since,
    .outcome = how,
    .input = call.asked.arguments};
  if (answer != nullptr)
    entry.output = *answer ? (*answer)->text : answer->error().message;
  options_.log(entry);
}

void session_state::say(std::string message) {
  outside_->say(peer_.client, std::move(message));
}

void session_state::left() {
  left_ = true;
  leave_if_done();
}

void session_state::leave_if_done() {
  if (!left_ || phase_ == phase::asking || !calls_.empty())
    return;
  outside_->hang_up(peer_.client);
  self_->quit();
}

session_actor::behavior_type session(
  session_actor::stateful_pointer<session_state> self,
  client_joined peer,
  room* outside,
  desk at,
  session_options options) {
  self->state.begin(self, std::move(peer), outside, std::move(at), std::move(options));
  return {
    [self](const client_said& said) { self->state.take(said); },
    [self](const client_left&) { self->state.left(); },
    [self](const wake& timer) { self->state.tick(timer.token); }};
}

} // namespace troupe::mcp
