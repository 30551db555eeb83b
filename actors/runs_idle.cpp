#include "actors/runs.hpp"

#include "actors/log.hpp"
#include "actors/tokens.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// RUNS: the daemon ends itself when nobody needs it any more.
namespace troupe {

void runs_state::clients(const clients_here& now) {
  clients_ = now.count;
  watch_idle();
}

void runs_state::watch_idle() {
  ++idle_generation_;
  const auto patience = std::chrono::seconds(setup_.config.idle_exit_s);
  if (
    !open_ || clients_ > 0 || !live_.empty() || live_teams_ > 0 ||
    patience.count() == 0)
    return;
  setup_.around.world->wake_after(
    patience, self_->address(), token::idle | idle_generation_);
}

void runs_state::wake(std::uint64_t fired) {
  if ((fired & token::kind_mask) == token::stranger)
    return send_away(fired);
  if ((fired & token::kind_mask) == token::gate)
    return gate_due(fired);
  if (fired == token::sweep)
    return sweep();
  if (fired == token::disk)
    return mind_the_disk();
  if (fired != (token::idle | idle_generation_) || stopping_)
    return;
  log_info("daemon idle seconds={}", setup_.config.idle_exit_s);
  stop_all({.why = exit_kind::shutdown, .detail = "idle"});
}

} // namespace troupe
