#include "actors/runs.hpp"

#include "actors/bounds.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// RUNS: what teams ask of it. A member is admitted and checked as any run is.
namespace troupe {

namespace {

constexpr int ancestors_max = 64;

std::string place_in(std::size_t i, const std::string& called, const std::string& why) {
  return "member " + std::to_string(i + 1) + " (" + called + "): " + why;
}

} // namespace

void runs_state::meet(teams_actor all) {
  teams_ = std::move(all);
  if (open_)
    self_->send(teams_, runs_ready{});
}

void runs_state::teams(const teams_here& now) {
  live_teams_ = now.count;
  watch_idle();
}

caf::result<vetted_team> runs_state::vet(const vet_team& question) const {
  vetted_team answer;
  if (auto admitted = admission_->admit_at(question.who->depth + 1); !admitted)
    return to_caf(std::move(admitted.error()));
  for (std::size_t i = 0; i < question.members.size(); ++i) {
    asked<spawn_run> request{question.who, "", question.members[i]};
    const auto called = request.what.nickname.value_or("");
    auto wrong = out_of_bounds(request.what);
    if (!wrong)
      if (auto made = prepare(request, {}, {}); !made)
        wrong = std::move(made.error());
    if (wrong)
      return to_caf(error{wrong->code, place_in(i, called, wrong->message)});
  }
  auto above = question.who->run_id;
  for (int steps = 0; above && steps < ancestors_max; ++steps) {
    answer.ancestors.push_back(*above);
    const auto it = live_.find(*above);
    above = it == live_.end() ? std::nullopt : it->second.brief.parent_run_id;
  }
  return answer;
}

std::string runs_state::name_for_member(
  const asked<spawn_run>& request, const spawn_member& order) const {
  const auto wanted = request.what.nickname.value_or(order.member);
  const auto cwd = place_of(request, {});
  auto free = wanted;
  for (int n = 2; !free_name(free, cwd, {}); ++n)
    free = wanted + "-" + std::to_string(n);
  return free;
}

caf::result<spawned_run> runs_state::spawn_for(const spawn_member& order) {
  auto request = order.request;
  if (auto before = known(*request.who, {}, request.key))
    return *before;
  if (order.only_known)
    return to_caf(error{errc::not_found, "no run was made for this start"});
  request.what.nickname = name_for_member(request, order);
  auto promise = self_->make_response_promise<spawned_run>();
  const answers to{
    [promise](const spawned_run& made) mutable { promise.deliver(made); },
    [promise](error e) mutable { promise.deliver(to_caf(std::move(e))); }};
  create_in_session(request, {order.predecessor, order}, to);
  return promise;
}

} // namespace troupe
