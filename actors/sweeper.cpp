#include "actors/sweeper.hpp"

#include "actors/log.hpp"
#include "store/retention.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

sweeper_actor::behavior_type
sweeper(sweeper_actor::stateful_pointer<sweeper_state>, store::layout disk) {
  return {
    [disk](const plan_sweep& what) {
      return sweep_plan{
        .runs = store::plan_sweep(disk, what.days, what.bytes_max, what.now)};
    },
    [disk](const clear_removed&) {
      if (auto done = store::finish_removals(disk); !done)
        log_warn("sweep not_finished reason=\"{}\"", done.error().message);
    }};
}

} // namespace troupe
