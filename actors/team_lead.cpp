#include "actors/team_lead.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"
#include "actors/tokens.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// A TEAM: decisions, and what of them is on disk. Its members are in team_members.cpp.
namespace troupe {

namespace {

constexpr std::size_t decisions_max = 64;
constexpr std::chrono::seconds save_again_after{1};

std::string in_words(supervision::team_act what) {
  switch (what) {
  case supervision::team_act::start:
    return "started: ";
  case supervision::team_act::stop:
    return "told to stop: ";
  case supervision::team_act::kill:
    return "killed: ";
  case supervision::team_act::over:
    break;
  }
  return "over: ";
}

} // namespace

void team_lead::start(team_setup setup) {
  setup_ = std::move(setup);
  auto& world = *setup_.around.world;
  clock_offset_ms_ = world.wall().ms - world.now().count();
  auto planned = plan_team(setup_.launch.request);
  if (!planned) {
    log_error(
      "team {} not_planned reason=\"{}\"",
      setup_.record.view.team_id,
      planned.error().message);
    return self_->quit(caf::exit_reason::unhandled_exception);
  }
  plan_ = std::move(*planned);
  tree_.emplace(plan_.specs, setup_.record.states);
  caller asks;
  asks.run_id = setup_.launch.run_id;
  asks.depth = setup_.launch.depth;
  asks.cwd = setup_.launch.cwd;
  asks.env = setup_.launch.env;
  who_ = std::make_shared<const caller>(std::move(asks));
  if (
    setup_.recovered && !setup_.record.states.empty() &&
    !setup_.record.states[0].members.empty())
    return recover();
  obey(tree_->begin(now()));
}

timestamp team_lead::now() const {
  return {setup_.around.world->now().count() + clock_offset_ms_};
}

caf::result<written> team_lead::stop(const stop_team& order) {
  waiting_next_.push_back(self_->make_response_promise<written>());
  auto answer = waiting_next_.back();
  obey(tree_->stop(order.detail, now()));
  return answer;
}

void team_lead::wake(std::uint64_t fired) {
  const auto kind = fired & token::kind_mask;
  if (kind == token::save_again) {
    writing_ = false;
    save();
  } else if ((fired & ~token::kind_mask) == timer_generation_) {
    obey(tree_->tick(now()));
  }
}

void team_lead::obey(const supervision::team_tree::actions& todo) {
  for (const auto& each : todo) {
    note(each);
    unsaved_.push_back(each);
  }
  arm_timer();
  dirty_ = true;
  save();
}

void team_lead::note(const deed& what) {
  const bool whole = what.what == supervision::team_act::over && what.who.team == 0;
  auto& decisions = setup_.record.decisions;
  auto about = setup_.record.view.name;
  if (!whole && what.what == supervision::team_act::over)
    about = "a team inside";
  else if (!whole)
    about = tree_->path_of(what.who);
  decisions.push_back({now(), about, in_words(what.what) + what.cause});
  if (decisions.size() > decisions_max)
    decisions.erase(decisions.begin());
  const bool is_start = what.what == supervision::team_act::start;
  if (!is_start || tree_->spec_of(what.who).team)
    return;
  auto& runs = runs_of(what.who);
  if (runs.run_id)
    runs.predecessor = std::exchange(runs.run_id, std::nullopt);
}

void team_lead::refresh_view() {
  auto& v = setup_.record.view;
  const auto& top = tree_->at(0).state();
  v.phase = top.phase;
  v.cause = top.cause;
  v.updated_at = setup_.around.world->wall();
  v.restarts = 0;
  v.members.clear();
  for (std::size_t t = 0; t < tree_->size(); ++t) {
    const auto& inside = tree_->at(t);
    v.restarts += inside.state().restarts;
    for (std::size_t m = 0; m < inside.state().members.size(); ++m) {
      auto shown = view_of(inside, m, tree_->path_of({t, m}));
      if (const auto nested = inside.spec().members[m].team)
        shown.team = tree_->at(*nested).spec().how;
      else
        shown.run_id = runs_of({t, m}).run_id;
      v.members.push_back(std::move(shown));
    }
  }
}

void team_lead::save() {
  if (writing_ || !dirty_)
    return;
  writing_ = true;
  dirty_ = false;
  std::ranges::move(unsaved_, std::back_inserter(saving_));
  unsaved_.clear();
  std::ranges::move(waiting_next_, std::back_inserter(waiting_));
  waiting_next_.clear();
  setup_.record.states = tree_->states();
  refresh_view();
  self_
    ->request(setup_.around.journal, deadline::disk, save_team{.record = setup_.record})
    .then(
      [this](const written&) { saved(); },
      [this](const caf::error& e) { not_saved(from_caf(e).message); });
}

void team_lead::saved() {
  writing_ = false;
  self_->send(setup_.parent, team_report{.view = setup_.record.view});
  for (auto& each : std::exchange(waiting_, {}))
    each.deliver(written{});
  const bool over = is_final(setup_.record.view.phase);
  for (const auto& each : std::exchange(saving_, {}))
    carry_out(each);
  if (over)
    return self_->quit();
  save();
}

/// Nothing is started that is not written down; but what was told to stop, stops.
void team_lead::not_saved(const std::string& why) {
  log_error("team {} not_saved reason=\"{}\"", setup_.record.view.team_id, why);
  std::deque<deed> starts;
  for (const auto& each : std::exchange(saving_, {}))
    if (each.what == supervision::team_act::start)
      starts.push_back(each);
    else
      carry_out(each);
  saving_ = std::move(starts);
  dirty_ = true;
  setup_.around.world->wake_after(
    save_again_after, self_->address(), token::save_again);
}

void team_lead::arm_timer() {
  const auto due = tree_->next_due();
  ++timer_generation_;
  if (due)
    setup_.around.world->wake_after(
      std::chrono::milliseconds(std::max<std::int64_t>(0, due->ms - now().ms)),
      self_->address(),
      token::team_due | timer_generation_);
}

team_actor::behavior_type
lead_team(team_actor::stateful_pointer<team_lead> self, team_setup setup) {
  auto* state = &self->state;
  state->start(std::move(setup));
  return {
    [state](const stop_team& order) { return state->stop(order); },
    [state](const run_report& news) { state->told(news); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
