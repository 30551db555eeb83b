#include "gateway/session.hpp"

#include "gateway/offering.hpp"
#include "gateway/serving.hpp"

#include <caf/exit_reason.hpp>

namespace troupe::mcp {

namespace {

constexpr int hello_version = 1;
constexpr std::uint64_t news_token = 0; ///< Works are numbered from 1.

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
  if (!peer_.greeting || !welcome(*peer_.greeting))
    return;
  if (peer_.ends)
    return ask_whose(*peer_.greeting);
  phase_ = phase::asking;
  identified({});
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
  outside_->acknowledge(peer_.client, 1);
  if (welcome(*greeting))
    ask_whose(*greeting);
}

/// Whether what the client wants to be shown is there.
bool session_state::welcome(const hello& greeting) {
  auto wanted = greeting.toolsets.value_or(options_.toolsets);
  if (is_read_only(options_.toolsets))
    wanted.append(",").append(read_only_word);
  auto all = offered(wanted);
  if (!all) {
    refuse(all.error().message);
    return false;
  }
  offered_ = std::make_shared<const offer>(std::move(*all));
  who_.cwd = greeting.cwd;
  who_.env = greeting.env;
  who_.relay = greeting.relay;
  return true;
}

void session_state::ask_whose(const hello& greeting) {
  phase_ = phase::asking;
  whose_process question;
  question.pid = peer_.pid;
  question.cgroup = peer_.cgroup;
  question.ancestors = peer_.ancestors;
  question.ends = peer_.ends;
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
  conversation_.emplace(
    terms{offered_, options_.seals, who_.run_id.value_or("a person")});
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
  const auto id = m ? m->id : m.error().id;
  say(print_json(jsonrpc::failure(id, jsonrpc::invalid_request, refusal_)), id);
  self_->quit();
}

void session_state::serve(const client_said& said) {
  if (said.cut)
    say(
      print_json(jsonrpc::failure(
        nullptr,
        jsonrpc::invalid_request,
        "the line is longer than " + std::to_string(options_.line_bytes_max) +
          " bytes, the limit of this daemon; send less in one message")),
      nullptr);
  else
    obey(conversation_->take(said.line, outside_->wall()));
  outside_->acknowledge(peer_.client, 1);
}

void session_state::obey(orders all) {
  for (auto& each : all) {
    if (auto* told = std::get_if<mcp::say>(&each))
      say(std::move(told->line), told->about);
    else if (auto* asked = std::get_if<work>(&each))
      start(asked->number, std::move(asked->asked));
    else if (const auto* dropped = std::get_if<forget>(&each))
      give_up(dropped->number);
  }
  watch();
}

void session_state::start(std::uint64_t number, std::shared_ptr<const request> asked) {
  guest who{
    .as = {.self = self_, .at = &at_, .who = shared_who_},
    .offered = offered_.get(),
    .outside = outside_};
  if (!shared_who_->relay.empty())
    who.as.key = shared_who_->relay + " " + print_json(asked->id);
  const auto [it, fresh] = under_way_.try_emplace(number, outside_->now(), asked);
  const auto* call = std::get_if<tool_call>(&asked->what);
  if (fresh && call && call->which->info.waits && !asked->progress_token.is_null())
    outside_->wake_after(progress_period, self_->address(), number);
  mcp::serve(who, *asked, [this, number](settlement given) {
    finish(number, std::move(given));
  });
}

void session_state::finish(std::uint64_t number, settlement given) {
  const bool over = !std::holds_alternative<needs>(given);
  const auto how = outcome_of(given);
  auto output = over && options_.log ? output_of(given) : std::string();
  obey(conversation_->settle(number, std::move(given), outside_->wall()));
  if (over)
    note(number, how, std::move(output));
  leave_if_done();
}

void session_state::tick(std::uint64_t number) {
  if (number == news_token) {
    news_paused_ = false;
    return tell_news();
  }
  const auto it = under_way_.find(number);
  if (it == under_way_.end())
    return;
  const auto waited = std::chrono::duration_cast<std::chrono::seconds>(
    outside_->now() - it->second.since);
  obey(conversation_->progress(
    number,
    static_cast<double>(waited.count()),
    {},
    "still waiting after " + std::to_string(waited.count()) + " s"));
  outside_->wake_after(progress_period, self_->address(), number);
}

/// Nobody is to keep anything for a call whose answer goes nowhere.
void session_state::give_up(std::uint64_t number) {
  const auto it = under_way_.find(number);
  const auto* call =
    it == under_way_.end() ? nullptr : std::get_if<tool_call>(&it->second.asked->what);
  if (call && call->which->info.waits)
    self_->send(at_.registry, stop_waiting{.who = shared_who_});
  note(number, "dropped", {});
}

void session_state::note(
  std::uint64_t number, std::string_view how, std::string output) {
  const auto node = under_way_.extract(number);
  if (node.empty() || !options_.log)
    return;
  const auto& [since, asked] = node.mapped();
  call_entry entry{
    .client = peer_.client,
    .client_name = asked->client_name,
    .run_id = shared_who_->run_id,
    .tool = subject(*asked),
    .took = outside_->now() - since,
    .outcome = how,
    .input = particulars(*asked)};
  entry.output = std::move(output);
  options_.log(entry);
}

void session_state::say(std::string message, const json& about) {
  outside_->say(
    peer_.client, std::move(message), about.is_null() ? "" : print_json(about));
}

void session_state::left() {
  left_ = true;
  if (conversation_)
    conversation_->hang_up();
  self_->send(at_.registry, watch_runs{.who = shared_who_}, watcher_actor(self_));
  leave_if_done();
}

void session_state::leave_if_done() {
  if (!left_ || phase_ == phase::asking || (conversation_ && !conversation_->idle()))
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
    [self](const run_changed& news) { self->state.changed(news); },
    [self](const wake& timer) { self->state.tick(timer.token); }};
}

} // namespace troupe::mcp
