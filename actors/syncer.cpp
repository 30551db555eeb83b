#include "actors/syncer.hpp"

#include "store/files.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

syncer_actor::behavior_type
syncer(syncer_actor::stateful_pointer<syncer_state>, caf::unit_t) {
  return {[](const sync_files& what) {
    files_synced done;
    for (auto& [path, why] : store::sync_paths(what.paths))
      done.failed.emplace(path, std::move(why.message));
    return done;
  }};
}

} // namespace troupe
