#include "actors/teams.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/new_run.hpp"
#include "actors/roll.hpp"
#include "supervision/restart.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <memory>

/// TEAMS: what it is asked.
namespace troupe {

namespace {

constexpr std::size_t live_max = 64;
constexpr std::size_t team_waiters_max = 256;
constexpr std::uint32_t wait_ms_max = 50'000;
constexpr std::uint32_t loose_runs_max = 100;

bool may_see(const caller& who, const std::vector<std::string>& ancestors) {
  return !who.run_id || std::ranges::find(ancestors, *who.run_id) != ancestors.end();
}

error too_long(std::uint32_t wait_ms) {
  return {
    errc::invalid_argument,
    "wait_ms: must be 0 to 50000, got " + std::to_string(wait_ms)};
}

std::vector<std::string> left_of(const team_view& v) {
  std::vector<std::string> left;
  for (const auto& each : v.members)
    if (!each.team && each.phase != member_phase::ended)
      left.push_back(each.path);
  return left;
}

tree_run row_of(const run_brief& run) {
  return {
    .run_id = run.run_id,
    .agent_name = run.agent_name,
    .status = run.status,
    .phase = run.phase,
    .restarts = run.restarts,
    .parent_run_id = run.parent_run_id,
    .summary = run.summary};
}

} // namespace

std::optional<spawned_team> teams_state::known(
  const caller& who,
  const std::optional<std::string>& key,
  const std::string& call) const {
  for (const auto& each : {key ? key_of(who, *key) : std::string{}, call}) {
    const auto it = each.empty() ? keys_.end() : keys_.find(each);
    if (it == keys_.end() || !teams_.contains(it->second))
      continue;
    const auto& v = teams_.at(it->second).view;
    return spawned_team{.team_id = v.team_id, .name = v.name, .phase = v.phase};
  }
  return {};
}

result<std::string>
teams_state::find(const caller& who, const std::string& word) const {
  const std::string* found = nullptr;
  if (word.size() >= prefix_length_min)
    for (auto it = teams_.lower_bound(word);
         it != teams_.end() && it->first.starts_with(word);
         ++it)
      if (may_see(who, it->second.ancestors)) {
        if (found)
          return fail(
            errc::invalid_argument,
            "team: more than one team begins with " + word + "; give more of it");
        found = &it->first;
      }
  for (auto it = teams_.rbegin(); !found && it != teams_.rend(); ++it)
    if (it->second.view.name == word && may_see(who, it->second.ancestors))
      found = &it->first;
  if (!found)
    return fail(
      errc::not_found, "no such team: " + word + "; get_tree shows which there are");
  return *found;
}

result<std::string>
teams_state::free_name(const std::optional<std::string>& wanted) const {
  const auto holder = [&](const std::string& word) {
    return std::ranges::find_if(teams_, [&](const auto& each) {
      return each.second.view.name == word && !is_final(each.second.view.phase);
    });
  };
  if (wanted) {
    if (const auto it = holder(*wanted); it != teams_.end())
      return fail(
        errc::conflict,
        "name: " + *wanted + " is the name of team " + it->first +
          "; choose another, or leave it out");
    return *wanted;
  }
  for (std::size_t n = 1;; ++n)
    if (auto next = "team" + std::to_string(n); holder(next) == teams_.end())
      return next;
}

caf::result<spawned_team> teams_state::spawn(const asked<spawn_team>& request) {
  auto promise = self_->make_response_promise<spawned_team>();
  if (open_)
    spawn_now(request, promise);
  else
    when_open_.emplace_back([this, request, promise] { spawn_now(request, promise); });
  return promise;
}

void teams_state::spawn_now(const asked<spawn_team>& request, spawn_promise answer) {
  const auto refuse = [&](error e) { answer.deliver(to_caf(std::move(e))); };
  if (auto before = known(*request.who, request.what.idempotency_key, request.key)) {
    answer.deliver(*before);
    return;
  }
  if (stopping_)
    return refuse({errc::unavailable, "the daemon is stopping: " + *stopping_});
  if (live() >= live_max)
    return refuse({errc::busy, "there are 64 live teams; end one, or wait"});
  auto next = request;
  auto defined = read_definition(request.what);
  if (!defined)
    return refuse(std::move(defined.error()));
  next.what = std::move(*defined);
  auto planned = plan_team(next.what);
  if (!planned)
    return refuse(std::move(planned.error()));
  vet_team question{.who = request.who, .members = {}};
  for (const auto& [who, run] : planned->runs)
    question.members.push_back(run);
  self_->request(setup_.runs, deadline::answer, std::move(question))
    .then(
      [this, next, plan = std::move(*planned), answer](vetted_team& vetted) mutable {
        if (auto before = known(*next.who, next.what.idempotency_key, next.key))
          answer.deliver(*before);
        else
          create(next, plan, std::move(vetted.ancestors), answer);
      },
      [answer](caf::error& e) mutable { answer.deliver(std::move(e)); });
}

void teams_state::await_end(
  const std::string& team_id,
  std::uint32_t wait_ms,
  std::function<void(const team_view&)> answer) {
  const auto& v = teams_.at(team_id).view;
  if (is_final(v.phase) || wait_ms == 0 || waiters_.size() >= team_waiters_max)
    return answer(v);
  const auto id = ++next_token_;
  waiters_.emplace(id, waiter{team_id, std::move(answer)});
  setup_.around.world->wake_after(
    std::chrono::milliseconds(wait_ms), self_->address(), id);
}

void teams_state::order_stop(const std::string& team_id, const std::string& detail) {
  const auto& lead = teams_.at(team_id).lead;
  if (lead)
    self_->request(lead, deadline::disk, stop_team{.detail = detail})
      .then([](const written&) {}, [](const caf::error&) {});
}

caf::result<cancelled_team> teams_state::cancel(const asked<cancel_team>& question) {
  const auto& what = question.what;
  if (what.wait_ms > wait_ms_max)
    return to_caf(too_long(what.wait_ms));
  const auto team_id = find(*question.who, what.team);
  if (!team_id)
    return to_caf(team_id.error());
  const auto by =
    question.who->run_id ? "by run " + *question.who->run_id : std::string("by order");
  auto promise = self_->make_response_promise<cancelled_team>();
  const auto& lead = teams_.at(*team_id).lead;
  const auto wait = [this, id = *team_id, ms = what.wait_ms, promise] {
    await_end(id, ms, [promise](const team_view& v) mutable {
      promise.deliver(
        cancelled_team{.team_id = v.team_id, .phase = v.phase, .left = left_of(v)});
    });
  };
  if (!lead || is_final(teams_.at(*team_id).view.phase)) {
    wait();
    return promise;
  }
  self_
    ->request(
      lead,
      deadline::disk,
      stop_team{.detail = what.reason.value_or("cancelled " + by)})
    .then([wait](const written&) { wait(); }, [wait](const caf::error&) { wait(); });
  return promise;
}

caf::result<tree_view> teams_state::tree(const asked<get_tree>& question) {
  const auto& what = question.what;
  if (what.wait_ms > wait_ms_max)
    return to_caf(too_long(what.wait_ms));
  if (what.team) {
    const auto team_id = find(*question.who, *what.team);
    if (!team_id)
      return to_caf(team_id.error());
    auto promise = self_->make_response_promise<tree_view>();
    await_end(*team_id, what.wait_ms, [promise](const team_view& v) mutable {
      promise.deliver(tree_view{.teams = {v}, .runs = {}});
    });
    return promise;
  }
  auto promise = self_->make_response_promise<tree_view>();
  tree_view answer;
  for (auto it = teams_.rbegin(); it != teams_.rend(); ++it)
    if (
      may_see(*question.who, it->second.ancestors) &&
      (what.ended || !is_final(it->second.view.phase)))
      answer.teams.push_back(it->second.view);
  list_runs loose;
  loose.limit = loose_runs_max;
  self_
    ->request(
      setup_.registry, deadline::answer, asked<list_runs>{question.who, "", loose})
    .then(
      [answer, promise, ended = what.ended](const run_page& page) mutable {
        for (const auto& run : page.runs)
          if (!run.team_id && (ended || !is_final(run.status)))
            answer.runs.push_back(row_of(run));
        promise.deliver(std::move(answer));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<why_view> teams_state::decisions(const asked<list_decisions>& question) {
  const auto team_id = find(*question.who, question.what.team);
  if (!team_id)
    return to_caf(team_id.error());
  auto promise = self_->make_response_promise<why_view>();
  self_->request(setup_.around.journal, deadline::disk, load_team{.team_id = *team_id})
    .then(
      [promise, run_id = question.what.run_id](const loaded_team& loaded) mutable {
        const auto& v = loaded.record.view;
        std::string path;
        for (const auto& each : v.members)
          if (run_id && each.run_id == run_id)
            path = each.path;
        why_view answer{.id = v.team_id, .now = {}, .decisions = {}};
        answer.now = "team " + v.name + " is " + std::string(to_string(v.phase)) +
                     (v.cause.empty() ? "" : ": " + v.cause);
        const auto& all = loaded.record.decisions;
        for (auto it = all.rbegin(); it != all.rend(); ++it)
          if (!run_id || it->about == path)
            answer.decisions.push_back(*it);
        promise.deliver(std::move(answer));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

caf::result<written> teams_state::stop_all(const stop_run& order) {
  stoppers_.push_back(self_->make_response_promise<written>());
  auto answer = stoppers_.back();
  if (open_)
    stop_now(order.detail);
  else
    when_open_.emplace_back([this, order] { stop_now(order.detail); });
  return answer;
}

void teams_state::stop_now(const std::string& detail) {
  stopping_ = detail;
  for (const auto& [team_id, each] : teams_) {
    if (!each.lead)
      continue;
    ++stops_due_;
    self_->request(each.lead, deadline::disk, stop_team{.detail = detail})
      .then(
        [this](const written&) { one_has_stopped(); },
        [this](const caf::error&) { one_has_stopped(); });
  }
  ++stops_due_;
  one_has_stopped();
}

void teams_state::one_has_stopped() {
  if (--stops_due_ > 0)
    return;
  for (auto& each : std::exchange(stoppers_, {}))
    each.deliver(written{});
}

} // namespace troupe
