#include "actors/journal.hpp"

#include <caf/typed_event_based_actor.hpp>

/// The JOURNAL's part in inboxes.
namespace troupe {

result<written> journal_state::save(const save_inbox& what) {
  if (auto r = store::save_inbox(setup_.disk, what.inbox); !r)
    return fail(std::move(r.error()));
  const auto file = setup_.disk.inbox_file(what.inbox.session_id);
  wrote({file, file.parent_path()});
  return written{};
}

} // namespace troupe
