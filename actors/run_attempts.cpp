#include "actors/run.hpp"

#include "actors/confining.hpp"
#include "actors/deadlines.hpp"
#include "actors/tokens.hpp"
#include "protocol/identity.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// A RUN's phases and attempts.
namespace troupe {

using namespace std::chrono_literals;
using supervision::run_event;

std::chrono::milliseconds run_state::time_to(timestamp then) const {
  return std::max(0ms, std::chrono::milliseconds(then.ms - around_.world->wall().ms));
}

void run_state::wait_for_next(std::chrono::milliseconds wait) {
  around_.world->wake_after(
    wait, self_->address(), token::wait_over | ++wait_generation_);
}

bool run_state::move(run_event on, std::string cause) {
  if (!step(on, std::move(cause)))
    return false;
  if (!final())
    save();
  flush();
  return true;
}

bool run_state::step(run_event on, std::string cause) {
  auto& v = record_.view;
  const auto to = supervision::next(v.phase, on);
  if (!to || *to == v.phase)
    return false;
  const bool waited = !is_final(v.phase) && wants_attention(v.status);
  v.phase = *to;
  v.status = status_of(*to);
  v.updated_at = around_.world->wall();
  json data{{"status", to_string(v.status)}, {"phase", to_string(v.phase)}};
  if (!record_.attempts.empty())
    data["attempt"] = record_.attempts.back().view.n;
  if (!cause.empty())
    data["cause"] = std::move(cause);
  emit({event_type::status_changed, {print_json(data)}});
  if (!final())
    shown_ = v.phase;
  if (!final() && !waited && wants_attention(v.status))
    notify(notify_on::attention);
  return true;
}

void run_state::commence() {
  if (record_.view.phase != run_phase::queued)
    return;
  self_
    ->request(
      around_.journal,
      deadline::disk,
      load_session{.session_id = record_.view.session_id})
    .then(
      [this](store::session_record& session) {
        if (session.backend_session_id)
          record_.view.backend_session_id = std::move(session.backend_session_id);
        set_out();
      },
      [this](const caf::error&) { set_out(); });
}

void run_state::set_out() {
  if (record_.view.phase != run_phase::queued || asked_to_start_)
    return;
  if (seq_ == 0)
    introduce();
  ask_to_start({});
}

void run_state::introduce() {
  json data{
    {"agent_name", record_.view.agent_name},
    {"role", record_.view.role},
    {"cwd", record_.view.cwd},
    {"prompt", launch_.prompt}};
  if (auto files = files_in({.parts = launch_.parts}); !files.empty())
    data["files"] = std::move(files);
  if (record_.resumed_from)
    data["resumed_from_run_id"] = *record_.resumed_from;
  if (record_.view.team_id)
    data["team_id"] = *record_.view.team_id;
  if (record_.view.member)
    data["member"] = *record_.view.member;
  if (record_.start_cause)
    data["cause"] = *record_.start_cause;
  emit({event_type::run_started, {print_json(data)}});
  if (!record_.resumed_from)
    save_session();
}

void run_state::start_attempt(const std::optional<exit_reason>& after) {
  store::attempt_record attempt;
  attempt.view.n = static_cast<std::uint32_t>(record_.attempts.size()) + 1;
  attempt.view.started_at = around_.world->wall();
  const bool again = restart_mode_ == restart_mode::resume || !after;
  attempt.resumed = backend_->resumes && again && record_.view.backend_session_id;
  attempt.session = attempt.resumed ? record_.view.backend_session_id : new_uuid();
  record_.view.restarts = attempt.view.n - 1;
  record_.next_start.reset();
  record_.attempts.push_back(attempt);
  if (attempt.resumed)
    note_takeover(*attempt.session);
  move(run_event::admitted);
  auto setup = setup_of(attempt);
  setup.inputs = first_inputs(after);
  equip(setup);
  launch(std::move(setup));
}

void run_state::equip(attempt_setup& setup) const {
  const auto& v = record_.view;
  setup.token = v.run_id + "." + new_token();
  if (env_)
    setup.env = *env_;
  if (launch_.confine)
    setup.confine = fence_of(*launch_.confine, v.cwd, setup.env, v.worktree);
}

void run_state::launch(attempt_setup setup) {
  attempt_ = self_->spawn(attempt, around_, std::move(setup), run_actor(self_));
}

attempt_usage run_state::spent_before(std::uint32_t n) const {
  using supervision::operator+;
  attempt_usage sum;
  for (const auto& each : record_.attempts)
    if (each.view.n < n)
      sum = sum + each.view.usage.value_or(attempt_usage{});
  return sum;
}

attempt_setup run_state::setup_of(const store::attempt_record& attempt) const {
  const auto& v = record_.view;
  return {
    .run_id = v.run_id,
    .n = attempt.view.n,
    .backend = backend_,
    .plan = plan_of(attempt),
    .env = {},
    .marks =
      {.run_id = v.run_id,
       .agent_name = v.agent_name,
       .parent_run_id = v.parent_run_id,
       .depth = v.depth,
       .state_dir = around_.disk.state,
       .token_file = around_.disk.token_file(v.run_id, attempt.view.n)},
    .limits = launch_.limits,
    .run_time_before = run_time_,
    .spent_before = spent_before(attempt.view.n),
    .started_at = attempt.view.started_at};
}

agents::attempt_plan run_state::plan_of(const store::attempt_record& attempt) const {
  return {
    .cwd = record_.view.cwd,
    .command = launch_.command,
    .backend_config = launch_.backend_config,
    .permissions = launch_.permissions,
    .session = attempt.session,
    .resume = attempt.resumed,
    .serves_files = !launch_.confine,
    .programs = around_.programs,
    .persona = launch_.persona,
    .output_schema = launch_.output_schema};
}

/// The turn that this attempt is for, then those that no earlier one came to. A notice
/// is marked, and has the prompt with it: a backend may know that it was never sent.
std::vector<agent_input>
run_state::first_inputs(const std::optional<exit_reason>& after) const {
  std::vector<raw_json> turns{first_turn(after)};
  for (const auto& message : record_.waiting_turns) {
    auto turn = turn_body(message);
    turn["carried"] = true;
    turns.push_back({print_json(turn)});
  }
  std::vector<agent_input> inputs;
  for (const auto& turn : turns)
    inputs.push_back(
      {.n = inputs.size() + 1, .at_offset = 0, .kind = input_kind::turn, .body = turn});
  return inputs;
}

raw_json run_state::first_turn(const std::optional<exit_reason>& after) const {
  const bool is_notice = after && record_.attempts.back().resumed;
  json turn{{"text", is_notice ? supervision::resume_notice(*after) : launch_.prompt}};
  if (is_notice) {
    turn["notice"] = true;
    turn["prompt"] = launch_.prompt;
    turn["begins"] = !record_.attempts.front().resumed;
  }
  if (!launch_.parts.empty())
    turn[is_notice ? "prompt_parts" : "parts"] =
      codec<std::vector<message_part>>::encode(launch_.parts);
  return {print_json(turn)};
}

void run_state::news(const attempt_news& told) {
  if (record_.attempts.empty() || told.attempt != record_.attempts.back().view.n)
    return;
  if (told.spoke && !told.replaying)
    move(run_event::first_output);
  for (const auto& each : told.events)
    emit(each.what, each.src);
  if (told.session && told.session != record_.view.backend_session_id) {
    record_.view.backend_session_id = told.session;
    note_takeover(*told.session);
    save();
    save_session();
  }
  if (!told.replaying) {
    const bool asks_more = note_pending(told.pending);
    const bool login = !told.pending.empty() && told.pending.front().kind == "auth";
    bool moved = false;
    if (!told.pending.empty())
      moved = move(login ? run_event::asked_for_login : run_event::asked);
    else if (wants_attention(record_.view.status))
      moved = move(run_event::answered);
    if (asks_more && !moved)
      save();
    if (told.ended) {
      record_.view.result = told.ended->result;
      if (!record_.stop_reason && !record_.restart_order) {
        move(run_event::result_known);
        self_->send(attempt_, finish_attempt{});
      }
    }
  }
  credits_owed_ += told.wants_credit ? 1 : 0;
  flush();
  if (!told.replaying)
    want_mail();
}

/// What an agent calls its session must not be read as an option.
void run_state::note_takeover(const std::string& session) {
  if (!backend_->takeover || session.starts_with('-'))
    return;
  auto argv = backend_->takeover(plan_of(record_.attempts.back()), session);
  for (const auto& [variable, value] : env_ ? *env_ : agents::environment{})
    if (variable == backend_->home)
      argv.insert(argv.begin(), {"env", variable + "=" + value});
  record_.view.takeover = std::move(argv);
}

void run_state::over(const attempt_over& ended) {
  if (record_.attempts.empty() || ended.attempt != record_.attempts.back().view.n)
    return;
  attempt_ = nullptr;
  want_no_mail();
  auto& attempt = record_.attempts.back();
  attempt.view = ended.view;
  attempt.over = true;
  if (ended.kept)
    unforgotten_.insert(ended.attempt);
  run_time_ = ended.run_time;
  record_.view.pending.clear();
  answered_.clear();
  record_.view.backend_session_id =
    ended.session ? ended.session : record_.view.backend_session_id;
  if (ended.result)
    record_.view.result = ended.result;
  if (ended.unsent)
    record_.waiting_turns = *ended.unsent;
  healthy_for_ = ended.healthy_for;
  const bool is_lost =
    ended.why.session_lost.value_or(false) && !lose_session(ended.why);
  if ((ended.for_good || is_lost) && !record_.stop_reason && !record_.restart_order)
    return conclude(run_event::ended_badly, ended.why);
  decide(ended.why);
}

void run_state::decide(const exit_reason& why) {
  using supervision::verdict;
  if (record_.stop_reason)
    return conclude(run_event::stopped, why);
  if (record_.restart_order)
    return start_by_order(why);
  const auto next =
    history_->decide(why, around_.world->now(), healthy_for_, around_.world->dice());
  switch (next.what) {
  case verdict::finish:
    return conclude(run_event::ended_well, why);
  case verdict::give_up:
    return conclude(run_event::ended_badly, why);
  case verdict::stop:
    return conclude(run_event::stopped, why);
  case verdict::restart:
  case verdict::park:
    break;
  }
  restart_after_ = why;
  restart_mode_ = next.mode;
  record_.view.result.reset();
  auto wait = next.wait;
  if (why.until)
    wait = std::max(wait, time_to(*why.until));
  const bool parks = next.what == verdict::park;
  step(parks ? run_event::limit_reached : run_event::attempt_over, next.cause);
  if (wait == 0ms) {
    tell_end();
    return ask_to_start(why);
  }
  record_.next_start = timestamp{around_.world->wall().ms + wait.count()};
  tell_end();
  save();
  flush();
  wait_for_next(wait);
}

void run_state::order_stop(
  exit_kind why, const std::string& detail, const std::function<void()>& once_on_disk) {
  if (final())
    return;
  const bool is_first = !record_.stop_reason;
  if (is_first) {
    record_.stop_reason = detail;
    stop_kind_ = why;
    ++wait_generation_;
    if (!attempt_)
      return conclude(run_event::stopped, {.reason = why, .detail = detail});
    step(run_event::told_to_stop, detail);
  }
  save_then([this, why, detail, is_first, once_on_disk] {
    if (is_first && attempt_)
      self_->send<caf::message_priority::high>(
        attempt_, stop_attempt{.why = why, .detail = detail});
    once_on_disk();
  });
  flush();
}

void run_state::drop_waiting_turns() {
  auto dropped = std::exchange(record_.waiting_turns, {});
  std::erase_if(dropped, [this](const auto& turn) {
    return goes_back(record_, prompt_text(turn));
  });
  if (dropped.empty())
    return;
  json turns = json::array();
  for (const auto& message : dropped)
    turns.push_back(prompt_text(message));
  const json data{
    {"kind", "turns_dropped"}, {"count", dropped.size()}, {"turns", turns}};
  emit({event_type::warning, {print_json(data)}});
}

void run_state::conclude(run_event on, const exit_reason& why) {
  auto& v = record_.view;
  v.exit = why;
  v.waits_for.reset();
  drop_waiting_turns();
  tell_end();
  if (on == run_event::stopped) {
    v.exit->reason = stop_kind_;
    v.exit->detail = record_.stop_reason.value_or(why.detail);
    if (!move(run_event::told_to_stop))
      save();
  }
  if (on == run_event::ended_badly) {
    const auto advice = supervision::advice(why.reason);
    v.error = std::string(to_string(why.reason)) + ": " + why.detail;
    if (!advice.empty())
      v.error->append(". ").append(advice);
    save();
    json data{{"error", *v.error}};
    emit({event_type::run_failed, {print_json(data)}});
  } else if (on == run_event::ended_well) {
    move(run_event::result_known);
    save();
    emit({event_type::run_completed, {encode_text(v.result.value_or(run_result{}))}});
  }
  move(on);
  flush();
}

} // namespace troupe
