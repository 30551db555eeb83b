#include "actors/teams.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"
#include "actors/new_run.hpp"
#include "protocol/identity.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// TEAMS: the life of team actors. What it is asked is in teams_questions.cpp.
namespace troupe {

namespace {

constexpr std::size_t ended_max = 256;

} // namespace

teams_state::~teams_state() {
  for (const auto& [team_id, each] : teams_)
    if (each.lead)
      caf::anon_send_exit(each.lead, caf::exit_reason::user_shutdown);
}

void teams_state::start(teams_setup setup) {
  setup_ = std::move(setup);
  self_->send(setup_.runs, teams_actor(self_));
  self_->request(setup_.around.journal, deadline::recovery, load_teams{})
    .then(
      [this](const all_teams& all) {
        for (const auto& each : all.complaints)
          log_warn("store {}", each);
        for (auto it = all.teams.rbegin(); it != all.teams.rend(); ++it)
          enter(*it);
        loaded_ = true;
        go_on();
      },
      [this](const caf::error& e) {
        log_error("teams_not_loaded reason=\"{}\"", from_caf(e).message);
        self_->quit(caf::exit_reason::unhandled_exception);
      });
}

void teams_state::ready() {
  runs_ready_ = true;
  go_on();
}

/// Once the runs are there again: a member's run may be one of them.
void teams_state::go_on() {
  if (open_ || !loaded_ || !runs_ready_)
    return;
  open_ = true;
  std::vector<std::string> unfinished;
  for (const auto& [team_id, each] : teams_)
    if (!is_final(each.view.phase))
      unfinished.push_back(team_id);
  for (const auto& team_id : unfinished)
    launch(team_id, true);
  tell_count();
  for (const auto& each : std::exchange(when_open_, {}))
    each();
}

void teams_state::enter(const store::team_record& record) {
  auto& known = teams_[record.view.team_id];
  known.view = record.view;
  known.ancestors = record.ancestors;
  for (const auto& key : record.keys)
    keys_[key] = record.view.team_id;
  drop_oldest();
}

void teams_state::drop_oldest() {
  auto ended = static_cast<std::size_t>(teams_.size() - live());
  for (auto it = teams_.begin(); it != teams_.end() && ended > ended_max;) {
    if (!is_final(it->second.view.phase)) {
      ++it;
      continue;
    }
    std::erase_if(keys_, [&](const auto& key) { return key.second == it->first; });
    it = teams_.erase(it);
    --ended;
  }
}

std::size_t teams_state::live() const {
  return static_cast<std::size_t>(std::ranges::count_if(
    teams_, [](const auto& each) { return !is_final(each.second.view.phase); }));
}

void teams_state::tell_count() {
  self_->send(setup_.runs, teams_here{.count = live()});
}

void teams_state::create(
  const asked<spawn_team>& request,
  const planned_team& plan,
  std::vector<std::string> ancestors,
  spawn_promise answer) {
  auto called = free_name(request.what.name);
  if (!called) {
    answer.deliver(to_caf(std::move(called.error())));
    return;
  }
  const auto at = setup_.around.world->wall();
  store::team_record record;
  record.view.team_id = new_team_id(at);
  record.view.name = *called;
  record.view.how = request.what.how;
  record.view.created_at = record.view.updated_at = at;
  record.view.parent_run_id = request.who->run_id;
  record.view.members = all_waiting(plan);
  record.ancestors = std::move(ancestors);
  if (request.what.idempotency_key)
    record.keys.push_back(key_of(*request.who, *request.what.idempotency_key));
  if (!request.key.empty())
    record.keys.push_back(request.key);
  store::team_launch as_asked{
    .request = request.what,
    .cwd = request.who->cwd,
    .env = request.who->env,
    .run_id = request.who->run_id,
    .depth = request.who->depth};
  enter(record);
  tell_count();
  self_
    ->request(
      setup_.around.journal,
      deadline::disk,
      create_team{.record = record, .launch = as_asked})
    .then(
      [this, record, as_asked, answer](const written&) mutable {
        const auto& v = record.view;
        answer.deliver(
          spawned_team{.team_id = v.team_id, .name = v.name, .phase = v.phase});
        lead(std::move(record), std::move(as_asked), false);
      },
      [this, record, answer](caf::error& e) mutable {
        for (const auto& key : record.keys)
          keys_.erase(key);
        teams_.erase(record.view.team_id);
        tell_count();
        answer.deliver(std::move(e));
      });
}

void teams_state::launch(const std::string& team_id, bool recovered) {
  self_->request(setup_.around.journal, deadline::disk, load_team{.team_id = team_id})
    .then(
      [this, recovered](loaded_team& loaded) {
        if (loaded.launch)
          lead(std::move(loaded.record), std::move(*loaded.launch), recovered);
        else
          bury(std::move(loaded.record), "what it was asked for is lost");
      },
      [this, team_id](const caf::error& e) {
        store::team_record record;
        record.view = teams_.at(team_id).view;
        bury(std::move(record), from_caf(e).message);
      });
}

void teams_state::lead(
  store::team_record record, store::team_launch as_asked, bool recovered) {
  const auto team_id = record.view.team_id;
  auto& known = teams_.at(team_id);
  known.lead = self_->spawn(
    lead_team,
    team_setup{
      .around = setup_.around,
      .registry = setup_.registry,
      .runs = setup_.runs,
      .parent = teams_actor(self_),
      .record = std::move(record),
      .launch = std::move(as_asked),
      .recovered = recovered});
  self_->monitor(known.lead);
  by_address_[known.lead.address()] = team_id;
  if (stopping_)
    order_stop(team_id, *stopping_);
}

void teams_state::down(const caf::down_msg& died) {
  const auto found = by_address_.extract(died.source);
  const auto it = found ? teams_.find(found.mapped()) : teams_.end();
  if (it == teams_.end())
    return;
  it->second.lead = nullptr;
  if (is_final(it->second.view.phase))
    return;
  log_error("team {} actor_died reason=\"{}\"", it->first, caf::to_string(died.reason));
  if (it->second.crashes.allow(setup_.around.world->now()))
    return launch(it->first, true);
  store::team_record record;
  record.view = it->second.view;
  bury(std::move(record), "its actor keeps dying; please report this");
}

/// Ends what cannot be led any more; its runs are told to stop.
void teams_state::bury(store::team_record record, const std::string& why) {
  log_error("team {} given_up reason=\"{}\"", record.view.team_id, why);
  record.view.phase = team_phase::failed;
  record.view.cause = "internal: " + why;
  record.view.updated_at = setup_.around.world->wall();
  for (const auto& member : record.view.members) {
    if (!member.run_id)
      continue;
    self_
      ->request(
        setup_.registry,
        deadline::stop,
        order_to_end(*member.run_id, "its team cannot go on: " + why))
      .then([](const cancelled_run&) {}, [](const caf::error&) {});
  }
  caf::anon_send(setup_.around.journal, save_team{.record = record});
  report({.view = std::move(record.view)});
}

void teams_state::report(const team_report& news) {
  const auto it = teams_.find(news.view.team_id);
  if (it == teams_.end())
    return;
  it->second.view = news.view;
  if (!is_final(news.view.phase))
    return;
  for (auto w = waiters_.begin(); w != waiters_.end();) {
    if (w->second.team_id == news.view.team_id) {
      w->second.answer(news.view);
      w = waiters_.erase(w);
    } else {
      ++w;
    }
  }
  drop_oldest();
  tell_count();
}

void teams_state::wake(std::uint64_t fired) {
  auto found = waiters_.extract(fired);
  if (!found)
    return;
  const auto it = teams_.find(found.mapped().team_id);
  if (it != teams_.end())
    found.mapped().answer(it->second.view);
}

teams_actor::behavior_type
teams(teams_actor::stateful_pointer<teams_state> self, teams_setup setup) {
  auto* state = &self->state;
  self->set_down_handler([state](const caf::down_msg& died) { state->down(died); });
  state->start(std::move(setup));
  return {
    [state](const asked<spawn_team>& q) { return state->spawn(q); },
    [state](const asked<cancel_team>& q) { return state->cancel(q); },
    [state](const asked<get_tree>& q) { return state->tree(q); },
    [state](const asked<list_decisions>& q) { return state->decisions(q); },
    [state](const runs_ready&) { state->ready(); },
    [state](const team_report& news) { state->report(news); },
    [state](const stop_run& order) { return state->stop_all(order); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
