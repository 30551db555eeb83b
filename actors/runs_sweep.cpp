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
      [this](sweep_plan& plan) { remove_all(std::move(plan.run_ids)); },
      [](const caf::error& e) {
        log_warn("sweep failed reason=\"{}\"", from_caf(e).message);
      });
}

void runs_state::remove_all(std::vector<std::string> run_ids) {
  if (run_ids.empty())
    return;
  auto run_id = std::move(run_ids.front());
  run_ids.erase(run_ids.begin());
  self_->request(setup_.around.journal, deadline::disk, remove_run{.run_id = run_id})
    .then(
      [this, run_id, rest = run_ids](const written&) mutable {
        log_info("run {} removed", run_id);
        std::erase_if(
          keys_, [&](const auto& each) { return each.second.run_id == run_id; });
        self_->send(setup_.registry, run_removed{.run_id = run_id});
        remove_all(std::move(rest));
      },
      [this, run_id, rest = run_ids](const caf::error& e) mutable {
        log_warn("run {} not_removed reason=\"{}\"", run_id, from_caf(e).message);
        remove_all(std::move(rest));
      });
}

} // namespace troupe
