#include "actors/sweeper.hpp"

#include "store/retention.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

sweeper_actor::behavior_type
sweeper(sweeper_actor::stateful_pointer<sweeper_state>, store::layout disk) {
  return {[disk = std::move(disk)](const plan_sweep& what) {
    return sweep_plan{
      .run_ids = store::plan_sweep(disk, what.days, what.bytes_max, what.now)};
  }};
}

} // namespace troupe
