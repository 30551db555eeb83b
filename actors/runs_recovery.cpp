#include "actors/runs.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// RUNS: what a start finds on disk and at the keeper, and run actors that died.
namespace troupe {

void runs_state::start(runs_setup setup) {
  setup_ = std::move(setup);
  admission_.emplace(setup_.config.limits);
  setup_.around.world->order(keeper::list_order{});
  self_->request(setup_.around.journal, deadline::disk, load_all{})
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
      to_recover_.push_back(v.run_id);
      continue;
    }
    for (const auto& key : it->keys)
      keys_[key] = answer_for(*it);
    run_brief brief{
      .run_id = v.run_id,
      .agent_name = v.agent_name,
      .backend = v.backend,
      .role = v.role,
      .session_id = v.session_id,
      .status = v.status,
      .phase = v.phase,
      .cwd = v.cwd,
      .summary = v.summary,
      .last_seq = v.last_seq,
      .created_at = v.created_at,
      .updated_at = v.updated_at,
      .restarts = v.restarts,
      .parent_run_id = v.parent_run_id,
      .depth = v.depth};
    self_->send(setup_.registry, run_report{.brief = std::move(brief)});
  }
  loaded_ = true;
  ready_if_done();
}

void runs_state::recover_one(const std::string& run_id) {
  recovering_.insert(run_id);
  self_->request(setup_.around.journal, deadline::disk, load_run{.run_id = run_id})
    .then(
      [this, run_id](loaded_run& loaded) {
        recovering_.erase(run_id);
        const auto live = live_.find(run_id);
        if (live == live_.end())
          return;
        if (loaded.launch) {
          live->second.rights.permissions = loaded.launch->permissions;
          live->second.rights.backend_config = loaded.launch->backend_config;
        }
        const auto session_id = loaded.record.view.session_id;
        launch_run(std::move(loaded), true);
        begin_if_first(session_id);
        ready_if_done();
      },
      [this, run_id](const caf::error& e) {
        log_error("run {} not_recovered reason=\"{}\"", run_id, from_caf(e).message);
        recovering_.erase(run_id);
        forget(run_id);
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
    if (!spawned->refusal)
      kept_[spawned->key].spawned = *spawned;
  } else if (const auto* gone = std::get_if<keeper::gone_report>(&what.what)) {
    kept_.erase(gone->key);
  } else if (const auto* stop = std::get_if<keeper::stop_report>(&what.what)) {
    stop_all({.why = exit_kind::shutdown, .detail = stop->reason});
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
  setup_.around.world->open_doors();
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
  const auto live = live_.find(found.mapped());
  if (live == live_.end())
    return;
  const auto& run_id = found.mapped();
  live->second.actor = nullptr;
  log_error("run {} actor_died reason=\"{}\"", run_id, caf::to_string(died.reason));
  if (!live->second.crashes.allow(setup_.around.world->now()))
    return give_up(run_id);
  to_recover_.push_back(run_id);
  listed_ = false;
  setup_.around.world->order(keeper::list_order{});
}

void runs_state::give_up(const std::string& run_id) {
  log_error("run {} given_up reason=\"its actor keeps dying\"", run_id);
  for (const auto& [key, kept] : kept_)
    if (key.run_id == run_id)
      setup_.around.world->order(
        keeper::kill_order{.key = key, .scope = keeper::kill_scope::tree});
  self_->request(setup_.around.journal, deadline::disk, load_run{.run_id = run_id})
    .then(
      [this, run_id](loaded_run& loaded) {
        auto& v = loaded.record.view;
        v.phase = run_phase::failed;
        v.status = run_status::failed;
        v.updated_at = setup_.around.world->wall();
        v.error = "internal: the run's supervisor keeps failing; please report this";
        v.exit = exit_reason{.reason = exit_kind::lost, .detail = *v.error};
        caf::anon_send(setup_.around.journal, save_run{.record = loaded.record});
        over(
          {.run_id = run_id,
           .session_id = v.session_id,
           .parent_run_id = v.parent_run_id});
      },
      [this, run_id](const caf::error&) { forget(run_id); });
}

runs_actor::behavior_type
runs(runs_actor::stateful_pointer<runs_state> self, runs_setup setup) {
  auto* state = &self->state;
  self->set_down_handler([state](const caf::down_msg& died) { state->down(died); });
  self->send(setup.registry, runs_actor(self));
  state->start(std::move(setup));
  return {
    [state](const asked<spawn_run>& request) { return state->spawn(request); },
    [state](const resume_run& request) { return state->resume(request); },
    [state](const whose_process& question) { return state->owner_of(question); },
    [state](const stop_run& order) { state->stop_all(order); },
    [state](const run_over& ended) { state->over(ended); },
    [state](const kept_news& what) { state->news(what); },
    [](const wake&) {},
  };
}

} // namespace troupe
