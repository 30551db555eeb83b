#include "actors/runs.hpp"

#include "actors/bounds.hpp"
#include "actors/confining.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/run.hpp"
#include "protocol/identity.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// RUNS: admission and the life of run actors. What is found at a start is in
/// runs_recovery.cpp.
namespace troupe {

runs_state::~runs_state() {
  for (const auto& [run_id, live] : live_)
    if (live.actor)
      caf::anon_send_exit(live.actor, caf::exit_reason::user_shutdown);
}

caf::result<spawned_run> runs_state::spawn(const asked<spawn_run>& request) {
  const auto& what = request.what;
  if (auto wrong = out_of_bounds(what))
    return to_caf(std::move(*wrong));
  if (auto before = known(*request.who, what.idempotency_key, request.key))
    return *before;
  auto promise = self_->make_response_promise<spawned_run>();
  const answers to{
    [promise](const spawned_run& made) mutable { promise.deliver(made); },
    [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }};
  create_in_session(request, {}, to);
  return promise;
}

void runs_state::create_in_session(
  const asked<spawn_run>& request, const origin& from, const answers& to) {
  if (request.what.mode == session_mode::new_)
    return create(request, {}, from, to);
  self_
    ->request(
      setup_.around.journal,
      deadline::disk,
      load_session{.session_id = *request.what.session_id})
    .then(
      [this, request, from, to](store::session_record& session) {
        const bool is_live = sessions_.contains(session.session_id);
        const bool wants_one = request.what.mode == session_mode::resume;
        if (wants_one && !session.backend_session_id && !is_live)
          return to.refused(
            {errc::conflict,
             "session_id: session " + session.session_id +
               " has no conversation to go on with; session_mode resume_or_new begins "
               "one there"});
        create(request, std::move(session), from, to);
      },
      [to, id = *request.what.session_id](caf::error& e) {
        auto why = from_caf(e);
        if (why.code == errc::not_found)
          why.message = "session_id: no session " + one_line(id, 80) +
                        " with a conversation; get_run tells that of a run";
        to.refused(std::move(why));
      });
}

caf::result<continued_run> runs_state::resume(const resume_run& request) {
  const auto& question = request.question;
  auto promise = self_->make_response_promise<continued_run>();
  const auto finished = request.finished;
  const auto deliver = [promise, finished](const spawned_run& made) {
    auto answer = promise;
    answer.deliver(continued_run{
      .run_id = made.run_id,
      .status = made.status,
      .session_id = made.session_id,
      .agent_name = made.agent_name,
      .mode = continue_mode::resume,
      .resumed_from_run_id = finished.run_id});
  };
  const auto& key = question.what.idempotency_key;
  if (auto before = known(*question.who, key, question.key)) {
    deliver(*before);
    return promise;
  }
  self_
    ->request(
      setup_.around.journal,
      deadline::disk,
      load_session{.session_id = finished.session_id})
    .then(
      [this, question, finished, promise, deliver](
        store::session_record& session) mutable {
        if (!session.backend_session_id) {
          promise.deliver(to_caf(error{
            errc::conflict,
            "run " + finished.run_id +
              " has no conversation to go on with; start a new one with spawn_run"}));
          return;
        }
        asked<spawn_run> next{
          question.who, question.key, as_spawn(session, question.what)};
        next.what.role = finished.role;
        if (question.who->run_id)
          next.what.notify.reset();
        create(
          std::move(next),
          std::move(session),
          {finished.run_id, {}},
          {deliver,
           [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }});
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

std::optional<spawned_run> runs_state::known(
  const caller& who,
  const std::optional<std::string>& key,
  const std::string& call) const {
  for (const auto& each : {key ? key_of(who, *key) : std::string{}, call})
    if (const auto it = keys_.find(each); !each.empty() && it != keys_.end())
      return it->second;
  return {};
}

const parent_rights* runs_state::rights_of(const caller& who) const {
  const auto parent = who.run_id ? live_.find(*who.run_id) : live_.end();
  return parent == live_.end() ? nullptr : &parent->second.rights;
}

result<void> runs_state::admit(asked<spawn_run>& request) const {
  if (stopping_)
    return fail(errc::unavailable, "the daemon is stopping: " + *stopping_);
  if (!request.who->run_id)
    return {};
  const auto* parent = rights_of(*request.who);
  if (!parent)
    return fail(errc::refused, "the run that asks is not live any more");
  inherit(request.what, *parent);
  return check_rights(request.what, *parent);
}

result<new_run> runs_state::prepare(
  asked<spawn_run>& request,
  const std::optional<store::session_record>& session,
  const origin& from) const {
  if (auto may = admit(request); !may)
    return fail(std::move(may.error()));
  auto backend = choose_backend(setup_.config, request.what.backend);
  if (!backend)
    return fail(std::move(backend.error()));
  const auto* parent = rights_of(*request.who);
  if (parent && backend->settings.command.empty())
    backend->settings.command = parent->command;
  const auto cwd = session && session->worktree ? session->worktree->origin
                                                : place_of(request, session);
  if (parent && parent->confine)
    if (auto inside =
          check_place(cwd, *parent->confine, live_.at(*request.who->run_id).brief.cwd);
        !inside)
      return fail(std::move(inside.error()));
  const bool own_name = request.what.nickname.has_value();
  if (session && !own_name)
    request.what.nickname = session->agent_name;
  auto agent_name = free_name(request.what.nickname, cwd, from.resumed_from);
  if (!agent_name && session && !own_name)
    agent_name = free_name({}, cwd, from.resumed_from);
  if (!agent_name)
    return fail(std::move(agent_name.error()));
  return compose(request, *backend, session, *agent_name, setup_.around.world->wall());
}

void runs_state::create(
  asked<spawn_run> request,
  std::optional<store::session_record> session,
  origin from,
  answers to) {
  if (auto before = known(*request.who, request.what.idempotency_key, request.key))
    return to.made(*before);
  if (request.who->run_id && session && session->parent_run_id != request.who->run_id)
    return to.refused(
      {errc::not_found, "session_id: no such session among those this run started"});
  auto made = prepare(request, session, from);
  if (!made)
    return to.refused(std::move(made.error()));
  const supervision::spawn_request place{request.who->run_id, made->record.view.depth};
  if (auto admitted = admission_->admit(place, setup_.around.world->now(), room_left());
      !admitted)
    return to.refused(std::move(admitted.error()));
  made->record.resumed_from = from.resumed_from;
  made->record.view.resumed_from_run_id = std::move(from.resumed_from);
  if (auto& team = from.team) {
    made->record.view.team_id = std::move(team->team_id);
    made->record.view.member = std::move(team->member);
    made->record.start_cause = std::move(team->cause);
  }
  enter(made->record, made->launch);
  isolate(request, std::move(*made), std::move(to));
}

void runs_state::record(new_run made, answers to) {
  self_
    ->request(
      setup_.around.journal,
      deadline::disk,
      create_run{.record = made.record, .launch = made.launch})
    .then(
      [this, made, to](const written&) mutable {
        const auto answer = answer_for(made.record);
        loaded_run loaded{
          .record = std::move(made.record),
          .launch = std::move(made.launch),
          .last_src = {},
          .ended_as = {},
          .token = {}};
        launch_run(std::move(loaded), false);
        begin_if_first(answer.session_id);
        to.made(answer);
      },
      [this, made, to](caf::error& e) { unmade(made.record, from_caf(e), to); });
}

void runs_state::unmade(const store::run_record& run, error why, const answers& to) {
  for (const auto& key : run.keys)
    keys_.erase(key);
  over(
    {.run_id = run.view.run_id,
     .session_id = run.view.session_id,
     .parent_run_id = run.view.parent_run_id});
  to.refused(std::move(why));
}

result<std::string> runs_state::free_name(
  const std::optional<std::string>& wanted,
  const std::string& cwd,
  const std::optional<std::string>& resumed) const {
  std::map<std::string, std::string> taken;
  for (const auto& [run_id, run] : live_)
    if (run.brief.origin.value_or(run.brief.cwd) == cwd && run_id != resumed)
      taken[run.brief.agent_name] = run_id;
  if (wanted && taken.contains(*wanted))
    return fail(
      errc::conflict,
      "nickname: " + *wanted + " is the name of run " + taken[*wanted] +
        " in this cwd; choose another, or leave it out");
  if (wanted)
    return *wanted;
  for (std::size_t n = 1;; ++n)
    if (auto next = "agent" + std::to_string(n); !taken.contains(next))
      return next;
}

void runs_state::enter(
  const store::run_record& record, const store::launch_record& launch) {
  const auto& v = record.view;
  live_run run{
    .actor = {},
    .brief = brief_of(v),
    .rights = {
      .backend = v.backend,
      .permissions = launch.permissions,
      .backend_config = launch.backend_config,
      .command = launch.command,
      .confine = launch.confine}};
  live_.insert_or_assign(v.run_id, std::move(run));
  sessions_[v.session_id].push_back(v.run_id);
  for (const auto& key : record.keys)
    keys_[key] = answer_for(record);
  watch_idle();
}

void runs_state::launch_run(loaded_run loaded, bool recovered) {
  const auto run_id = loaded.record.view.run_id;
  auto& live = live_.at(run_id);
  auto kept = kept_of(loaded.record);
  live.brief = brief_of(loaded.record.view);
  live.brief.last_seq = loaded.last_seq;
  environments::shared env;
  if (loaded.launch)
    env = environments_.keep(std::exchange(loaded.launch->env, {}));
  live.actor = self_->spawn(
    run,
    setup_.around,
    run_setup{
      .loaded = std::move(loaded),
      .env = std::move(env),
      .kept = std::move(kept),
      .recovered = recovered,
      .registry = setup_.registry,
      .notifier = setup_.notifier,
      .supervisor = runs_actor(self_),
      .post = setup_.post});
  self_->monitor(live.actor);
  by_address_[live.actor.address()] = run_id;
  self_->send(setup_.registry, live.brief, live.actor);
  if (stopping_)
    self_->request(live.actor, deadline::stop, stop_run{.detail = *stopping_})
      .then([](const stopped_run&) {}, [](const caf::error&) {});
}

void runs_state::begin_if_first(const std::string& session_id) {
  const auto queue = sessions_.find(session_id);
  if (queue == sessions_.end() || queue->second.empty())
    return;
  const auto live = live_.find(queue->second.front());
  if (live != live_.end() && live->second.actor)
    self_->send(live->second.actor, begin_run{});
}

void runs_state::over(const run_over& ended) {
  forget(ended.run_id);
  begin_if_first(ended.session_id);
  quit_if_done();
}

void runs_state::forget(const std::string& run_id) {
  const auto it = live_.find(run_id);
  if (it == live_.end())
    return;
  admission_->release(it->second.brief.parent_run_id);
  gate_->left(run_id);
  serve_gate();
  const auto session = sessions_.find(it->second.brief.session_id);
  if (session != sessions_.end()) {
    std::erase(session->second, run_id);
    if (session->second.empty())
      sessions_.erase(session);
  }
  live_.erase(it);
  drop_gone(run_id, ~std::uint32_t{0});
  watch_idle();
}

void runs_state::stop_all(const stop_run& order) {
  if (std::exchange(stopping_, order.detail))
    return;
  stop_order_ = order;
  if (!teams_)
    return stop_runs();
  teams_stopping_ = true;
  self_->request(teams_, deadline::stop, order)
    .then(
      [this](const written&) { stop_runs(); },
      [this](const caf::error&) { stop_runs(); });
}

void runs_state::stop_runs() {
  teams_stopping_ = false;
  for (const auto& [run_id, live] : live_)
    if (live.actor)
      self_->request(live.actor, deadline::stop, stop_order_)
        .then([](const stopped_run&) {}, [](const caf::error&) {});
  quit_if_done();
}

void runs_state::quit_if_done() {
  if (stopping_ && loaded_ && !teams_stopping_ && live_.empty() && by_address_.empty())
    setup_.around.world->order(keeper::quit_order{.reason = *stopping_});
}

} // namespace troupe
