#include "actors/runs.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// RUNS: what a start finds on disk and at the keeper, and run actors that died.
namespace troupe {

namespace {

bool is_startable(const std::optional<store::launch_record>& launch) {
  return launch && agents::find_backend(launch->backend_type);
}

parent_rights
rights_in(const std::string& backend, const store::launch_record& launch) {
  return {
    .backend = backend,
    .permissions = launch.permissions,
    .backend_config = launch.backend_config,
    .command = launch.command,
    .confine = launch.confine};
}

} // namespace

void runs_state::start(runs_setup setup) {
  setup_ = std::move(setup);
  admission_.emplace(setup_.config.limits);
  gate_.emplace(setup_.config.limits);
  setup_.around.world->order(keeper::list_order{});
  self_->request(setup_.around.journal, deadline::recovery, load_all{})
    .then(
      [this](all_loaded& all) {
        for (const auto& each : all.complaints)
          log_warn("store {}", each);
        recover(all.runs);
      },
      [this](const caf::error& e) {
        log_error("runs not_loaded reason=\"{}\"", from_caf(e).message);
        self_->quit(caf::exit_reason::unhandled_exception);
      });
}

void runs_state::recover(const std::vector<store::run_record>& all) {
  for (auto it = all.rbegin(); it != all.rend(); ++it) {
    const auto& v = it->view;
    if (!is_final(v.status)) {
      admission_->readmit({v.parent_run_id, v.depth});
      enter(*it, {});
      if (auto& queue = sessions_[v.session_id]; v.phase != run_phase::queued)
        std::rotate(queue.begin(), queue.end() - 1, queue.end());
      to_recover_.push_back(v.run_id);
      continue;
    }
    for (const auto& key : it->keys)
      keys_[key] = answer_for(*it);
    self_->send(setup_.registry, run_report{.brief = brief_of(v)});
  }
  loaded_ = true;
  ready_if_done();
}

void runs_state::recover_one(const std::string& run_id) {
  recovering_.insert(run_id);
  self_->request(setup_.around.journal, deadline::recovery, load_run{.run_id = run_id})
    .then(
      [this, run_id](loaded_run& loaded) {
        recovering_.erase(run_id);
        const auto live = live_.find(run_id);
        const auto& v = loaded.record.view;
        const auto session_id = v.session_id;
        if (live == live_.end())
          return;
        if (is_final(v.status)) {
          ended(brief_of(v));
        } else if (!loaded.ended_as && !is_startable(loaded.launch)) {
          bury(loaded.record, loaded.last_seq);
        } else {
          if (const auto& launch = loaded.launch)
            live->second.rights = rights_in(v.backend, *launch);
          let_go_of_ended(loaded.record);
          recall(loaded);
          launch_run(std::move(loaded), true);
          begin_if_first(session_id);
        }
        ready_if_done();
      },
      [this, run_id](const caf::error& e) {
        recovering_.erase(run_id);
        if (live_.contains(run_id))
          give_up(run_id, from_caf(e).message);
        ready_if_done();
      });
}

void runs_state::news(const kept_news& what) {
  if (const auto* listed = std::get_if<keeper::kept_report>(&what.what)) {
    kept_.clear();
    for (const auto& each : listed->attempts)
      kept_[each.spawned.key] = each;
    listed_ = true;
    ready_if_done();
  } else if (const auto* spawned = std::get_if<keeper::spawned_report>(&what.what)) {
    if (spawned->refusal)
      return;
    kept_[spawned->key].spawned = *spawned;
    drop_gone(spawned->key.run_id, spawned->key.attempt);
    greet_strangers();
  } else if (const auto* exited = std::get_if<keeper::exited_report>(&what.what)) {
    if (const auto it = kept_.find(exited->key); it != kept_.end())
      it->second.exited = *exited;
  } else if (const auto* gone = std::get_if<keeper::gone_report>(&what.what)) {
    if (const auto it = kept_.find(gone->key); it != kept_.end())
      it->second.gone = *gone;
    if (open_ && !live_.contains(gone->key.run_id)) {
      kept_.erase(gone->key);
      setup_.around.world->order(keeper::forget_order{.key = gone->key});
    }
  } else if (const auto* stop = std::get_if<keeper::stop_report>(&what.what)) {
    stop_all({.why = exit_kind::shutdown, .detail = stop->reason});
  }
}

void runs_state::let_go(const keeper::kept_attempt& kept) const {
  const auto& key = kept.spawned.key;
  if (kept.gone)
    return setup_.around.world->order(keeper::forget_order{.key = key});
  log_warn("run {} unknown attempt={} killed", key.run_id, key.attempt);
  setup_.around.world->order(
    keeper::kill_order{.key = key, .scope = keeper::kill_scope::tree});
}

void runs_state::drop_gone(const std::string& run_id, std::uint32_t before) {
  const auto end = kept_.lower_bound({run_id, before});
  for (auto it = kept_.lower_bound({run_id, 0}); it != end;)
    it = it->second.gone ? kept_.erase(it) : std::next(it);
}

void runs_state::let_go_of_ended(const store::run_record& record) {
  const auto& run_id = record.view.run_id;
  for (const auto& attempt : record.attempts) {
    const auto it = kept_.find({run_id, attempt.view.n});
    if (!attempt.over || it == kept_.end())
      continue;
    let_go(it->second);
    kept_.erase(it);
  }
}

void runs_state::ready_if_done() {
  if (!loaded_ || !listed_)
    return;
  for (const auto& run_id : std::exchange(to_recover_, {}))
    recover_one(run_id);
  if (open_ || !recovering_.empty())
    return;
  open_ = true;
  for (const auto& [key, kept] : kept_)
    if (!live_.contains(key.run_id))
      let_go(kept);
  if (setup_.notifier)
    self_->send(setup_.notifier, all_recovered{});
  setup_.around.world->open_doors();
  if (teams_)
    self_->send(teams_, runs_ready{});
  serve_gate();
  sweep();
  watch_idle();
  quit_if_done();
}

std::optional<keeper::kept_attempt>
runs_state::kept_of(const store::run_record& record) const {
  if (record.attempts.empty())
    return {};
  const auto it = kept_.find({record.view.run_id, record.attempts.back().view.n});
  return it == kept_.end() ? std::nullopt : std::optional(it->second);
}

void runs_state::down(const caf::down_msg& died) {
  const auto found = by_address_.extract(died.source);
  if (!found)
    return;
  const auto& run_id = found.mapped();
  const auto live = live_.find(run_id);
  if (live == live_.end()) {
    caf::anon_send(setup_.registry, run_over{.run_id = run_id});
    return quit_if_done();
  }
  live->second.actor = nullptr;
  log_error("run {} actor_died reason=\"{}\"", run_id, caf::to_string(died.reason));
  if (!live->second.crashes.allow(setup_.around.world->now()))
    return give_up(run_id, "its actor keeps dying");
  to_recover_.push_back(run_id);
  listed_ = false;
  setup_.around.world->order(keeper::list_order{});
}

void runs_state::give_up(const std::string& run_id, const std::string& why) {
  log_error("run {} given_up reason=\"{}\"", run_id, why);
  self_->request(setup_.around.journal, deadline::disk, load_run{.run_id = run_id})
    .then(
      [this](const loaded_run& loaded) { bury(loaded.record, loaded.last_seq); },
      [this, run_id](const caf::error&) {
        if (const auto live = live_.find(run_id); live != live_.end()) {
          store::run_record record;
          record.view.run_id = run_id;
          record.view.session_id = live->second.brief.session_id;
          bury(record, live->second.brief.last_seq);
        }
      });
}

void runs_state::bury(const store::run_record& record, std::uint64_t last_seq) {
  auto& world = *setup_.around.world;
  const auto live = live_.find(record.view.run_id);
  if (live == live_.end())
    return;
  for (const auto& [key, kept] : kept_)
    if (key.run_id == record.view.run_id)
      let_go(kept);
  auto brief = live->second.brief;
  brief.phase = run_phase::failed;
  brief.status = run_status::failed;
  brief.updated_at = world.wall();
  brief.last_seq = last_seq;
  if (!record.view.agent_name.empty() && !is_final(record.view.status)) {
    auto last = record;
    auto& v = last.view;
    v.phase = brief.phase;
    v.status = brief.status;
    v.updated_at = brief.updated_at;
    v.error = "internal: the run's supervisor keeps failing; please report this";
    v.exit = exit_reason{.reason = exit_kind::lost, .detail = *v.error};
    v.last_seq = brief.last_seq = last_seq + 1;
    json data{{"error", *v.error}};
    const event_line line{
      .seq = v.last_seq,
      .ts = v.updated_at,
      .run_id = v.run_id,
      .session_id = v.session_id,
      .backend = v.backend,
      .type = event_type::run_failed,
      .data = {print_json(data)},
      .src = {}};
    caf::anon_send(
      setup_.around.journal,
      append_events{
        .run_id = v.run_id, .first_seq = line.seq, .lines = encode_text(line) + "\n"});
    caf::anon_send(setup_.around.journal, save_run{.record = std::move(last)});
  }
  ended(brief);
}

void runs_state::ended(const run_brief& brief) {
  const run_over last{
    .run_id = brief.run_id,
    .session_id = brief.session_id,
    .parent_run_id = brief.parent_run_id};
  self_->send(setup_.registry, run_report{.brief = brief});
  caf::anon_send(setup_.registry, last);
  over(last);
}

runs_actor::behavior_type
runs(runs_actor::stateful_pointer<runs_state> self, runs_setup setup) {
  auto* state = &self->state;
  self->set_down_handler([state](const caf::down_msg& died) { state->down(died); });
  self->send(setup.registry, runs_actor(self));
  if (setup.worktrees)
    self->send(setup.worktrees, runs_actor(self));
  state->start(std::move(setup));
  return {
    [state](const asked<spawn_run>& request) { return state->spawn(request); },
    [state](const resume_run& request) { return state->resume(request); },
    [state](const whose_process& question) { return state->owner_of(question); },
    [state](const spawn_member& order) { return state->spawn_for(order); },
    [state](const vet_team& question) { return state->vet(question); },
    [state](const teams_actor& all) { state->meet(all); },
    [state](const teams_here& now) { state->teams(now); },
    [state](const who_works_in& question) { return state->users_of(question); },
    [state](const start_asked& what) { state->start_asked(what); },
    [state](const end_told& what) { state->end_told(what); },
    [state](const stop_run& order) { state->stop_all(order); },
    [state](const run_over& ended) { state->over(ended); },
    [state](const clients_here& now) { state->clients(now); },
    [state](const kept_news& what) { state->news(what); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
