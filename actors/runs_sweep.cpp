#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"
#include "actors/runs.hpp"
#include "actors/tokens.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

/// RUNS: what is kept of final runs, at a start and then every hour.
namespace troupe {

namespace {

constexpr std::chrono::hours sweep_every{1};

} // namespace

void runs_state::sweep() {
  auto& world = *setup_.around.world;
  world.wake_after(sweep_every, self_->address(), token::sweep);
  const auto& keep = setup_.config.retention;
  self_
    ->request(
      setup_.sweeper,
      deadline::recovery,
      plan_sweep{
        .days = keep.days,
        .bytes_max = std::uint64_t{keep.max_gb} << 30,
        .now = world.wall()})
    .then(
      [this](sweep_plan& plan) { remove_all(std::move(plan.runs)); },
      [](const caf::error& e) {
        log_warn("sweep failed reason=\"{}\"", from_caf(e).message);
      });
}

void runs_state::remove_all(std::vector<store::doomed_run> doomed) {
  std::erase_if(doomed, [&](const store::doomed_run& each) {
    return sessions_.contains(each.session_id);
  });
  if (doomed.empty())
    return self_->send(setup_.sweeper, clear_removed{});
  const auto run_id = std::move(doomed.front().run_id);
  doomed.erase(doomed.begin());
  const auto go_on = [this, rest = std::move(doomed)] { remove_all(rest); };
  self_->request(setup_.around.journal, deadline::disk, remove_run{.run_id = run_id})
    .then(
      [this, run_id, go_on](const written&) {
        log_info("run {} removed", run_id);
        std::erase_if(
          keys_, [&](const auto& each) { return each.second.run_id == run_id; });
        self_->send(setup_.registry, run_removed{.run_id = run_id});
        go_on();
      },
      [run_id, go_on](const caf::error& e) {
        log_warn("run {} not_removed reason=\"{}\"", run_id, from_caf(e).message);
        go_on();
      });
}

} // namespace troupe
