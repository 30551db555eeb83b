#include "actors/team_lead.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "protocol/text.hpp"
#include "supervision/exit_rules.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// A TEAM's members: the runs that stand for them.
namespace troupe {

namespace {

using supervision::team_act;

constexpr std::size_t why_bytes_max = 200;

bool has_spoken(run_phase phase) {
  return phase == run_phase::working || phase == run_phase::input_required ||
         phase == run_phase::auth_required || phase == run_phase::finishing;
}

/// Whether asking again may help; else it would be refused the same way.
bool may_change(errc code) {
  return code == errc::busy || code == errc::unavailable || code == errc::timeout ||
         code == errc::internal;
}

std::string in_words(const run_view& run) {
  if (!run.exit)
    return run.status == run_status::completed ? "completed" : "ended";
  auto text = supervision::describe(*run.exit);
  if (!run.exit->detail.empty())
    text += ": " + one_line(run.exit->detail, why_bytes_max);
  return text;
}

} // namespace

asked<cancel_run> order_to_end(const std::string& run_id, std::string reason) {
  cancel_run order;
  order.run_id = run_id;
  order.reason = std::move(reason);
  order.wait_ms = 0;
  return {std::make_shared<const caller>(), "", std::move(order)};
}

member_end end_of(const run_view& run) {
  if (run.status == run_status::completed)
    return member_end::completed;
  if (run.status == run_status::cancelled)
    return member_end::cancelled;
  const bool again_the_same =
    run.exit && supervision::rule_of(run.exit->reason) == supervision::exit_rule::fail;
  return again_the_same || run.status == run_status::rejected ? member_end::hopeless
                                                              : member_end::failed;
}

void team_lead::recover() {
  if (tree_->is_over()) {
    dirty_ = true;
    return save();
  }
  for (const auto& [who, run] : plan_.runs)
    if (tree_->at(who.team).state().members.size() > who.member)
      recover_member(who);
  obey(tree_->tick(now()));
}

void team_lead::recover_member(place who) {
  const auto phase = tree_->state_of(who).phase;
  if (phase == member_phase::waiting || phase == member_phase::ended)
    return;
  const auto& runs = runs_of(who);
  if (!runs.run_id)
    return start_member(
      who, tree_->state_of(who).cause, phase == member_phase::stopping);
  self_->send(setup_.registry, follow_run{.run_id = *runs.run_id}, team_actor(self_));
  if (phase == member_phase::stopping)
    stop_member(who, tree_->state_of(who).cause);
}

store::member_runs& team_lead::runs_of(place who) {
  return setup_.record.members[tree_->path_of(who)];
}

std::optional<team_lead::place> team_lead::place_of(const std::string& run_id) const {
  for (const auto& [who, run] : plan_.runs) {
    const auto it = setup_.record.members.find(tree_->path_of(who));
    if (it != setup_.record.members.end() && it->second.run_id == run_id)
      return who;
  }
  return {};
}

void team_lead::carry_out(const deed& what) {
  if (what.what == team_act::over || tree_->spec_of(what.who).team)
    return;
  if (what.what == team_act::stop)
    return stop_member(what.who, what.cause);
  if (what.what == team_act::kill)
    return kill_member(what.who);
  if (tree_->state_of(what.who).phase == member_phase::stopping)
    return obey(tree_->ended(
      what.who, member_end::cancelled, "told to stop before it was started", now()));
  start_member(what.who, what.cause, false);
}

spawn_member team_lead::order_for(place who, const std::string& cause) const {
  const auto path = tree_->path_of(who);
  const auto& runs = setup_.record.members.at(path);
  const auto& team_id = setup_.record.view.team_id;
  spawn_member order{
    .request =
      {who_,
       "team:" + team_id + ":" + path + ":" + std::to_string(runs.made),
       plan_.runs.at(who)},
    .team_id = team_id,
    .member = path,
    .cause = cause,
    .predecessor = runs.predecessor};
  auto& what = order.request.what;
  if (runs.session_id && runs.exit && what.restart.mode == restart_mode::resume) {
    what.mode = session_mode::resume;
    what.session_id = runs.session_id;
    what.input_message.reset();
    what.prompt = supervision::resume_notice(*runs.exit);
  }
  return order;
}

void team_lead::start_member(place who, const std::string& cause, bool only_known) {
  runs_of(who);
  auto order = order_for(who, cause);
  order.only_known = only_known;
  const bool isolated = order.request.what.isolation == isolation_mode::worktree;
  const auto patience = isolated ? deadline::checkout + deadline::disk : deadline::disk;
  self_->request(setup_.runs, patience, std::move(order))
    .then(
      [this, who](const spawned_run& run) { made(who, run.run_id); },
      [this, who, only_known](const caf::error& e) {
        not_made(who, from_caf(e), only_known);
      });
}

void team_lead::made(place who, const std::string& run_id) {
  auto& runs = runs_of(who);
  runs.run_id = run_id;
  ++runs.made;
  self_->send(setup_.registry, follow_run{.run_id = run_id}, team_actor(self_));
  if (tree_->state_of(who).phase == member_phase::stopping)
    stop_member(who, tree_->state_of(who).cause);
  dirty_ = true;
  save();
}

void team_lead::not_made(place who, const error& why, bool only_known) {
  if (only_known || !may_change(why.code))
    return obey(tree_->ended(
      who,
      only_known ? member_end::cancelled : member_end::hopeless,
      only_known ? "was never started" : "cannot be started: " + why.message,
      now()));
  obey(tree_->not_started(who, why.message, now()));
}

void team_lead::stop_member(place who, const std::string& cause) {
  const auto& run_id = runs_of(who).run_id;
  if (!run_id)
    return;
  self_
    ->request(
      setup_.registry,
      deadline::stop,
      order_to_end(*run_id, "team " + setup_.record.view.name + ": " + cause))
    .then([](const cancelled_run&) {}, [](const caf::error&) {});
}

void team_lead::kill_member(place who) {
  stop_member(who, "the time to stop is over");
  const auto& run_id = runs_of(who).run_id;
  if (!run_id)
    return;
  get_run question;
  question.run_id = *run_id;
  self_
    ->request(
      setup_.registry,
      deadline::answer,
      asked<get_run>{std::make_shared<const caller>(), "", std::move(question)})
    .then(
      [this](const run_view& run) {
        if (is_final(run.status) || run.attempts.empty())
          return;
        setup_.around.world->order(keeper::kill_order{
          .key = {run.run_id, run.attempts.back().n},
          .scope = keeper::kill_scope::tree});
      },
      [](const caf::error&) {});
}

void team_lead::told(const run_report& news) {
  const auto who = place_of(news.brief.run_id);
  if (!who)
    return;
  if (is_final(news.brief.status))
    return conclude(*who, news.brief.run_id);
  const bool first_word = has_spoken(news.brief.phase) &&
                          tree_->state_of(*who).phase == member_phase::starting;
  if (first_word)
    obey(tree_->became_ready(*who, now()));
}

void team_lead::conclude(place who, const std::string& run_id) {
  get_run question;
  question.run_id = run_id;
  self_
    ->request(
      setup_.registry,
      deadline::disk,
      asked<get_run>{std::make_shared<const caller>(), "", std::move(question)})
    .then(
      [this, who, run_id](const run_view& run) {
        auto& runs = runs_of(who);
        if (runs.run_id != run_id)
          return;
        const auto how = end_of(run);
        const bool resumes = how != member_end::completed && run.backend_session_id;
        runs.session_id = resumes ? std::optional(run.session_id) : std::nullopt;
        runs.exit = run.exit;
        obey(tree_->ended(who, how, in_words(run), now()));
      },
      [this, who](const caf::error& e) {
        obey(tree_->ended(who, member_end::failed, from_caf(e).message, now()));
      });
}

} // namespace troupe
