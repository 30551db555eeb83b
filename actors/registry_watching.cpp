#include "actors/registry.hpp"

#include "actors/bounds.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The REGISTRY tells of changes, and of the conversations that runs belong to.
namespace troupe {

void registry_state::tell_watchers(const run_brief& brief, bool listed) {
  for (const auto& who : watchers_.of(brief, listed, roll_))
    self_->send(who, run_changed{.brief = brief, .listed = listed});
}

void registry_state::removed(const run_removed& gone) {
  if (const auto* run = roll_.find(gone.run_id)) {
    const auto brief = *run;
    tell_watchers(brief, true);
  }
  roll_.remove(gone.run_id);
}

caf::result<session_page>
registry_state::sessions(const asked<list_sessions>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  auto page = roll_.sessions(*question.who, question.what);
  if (page.sessions.empty() && question.what.session_id)
    return to_caf(
      error{errc::not_found, "no such session: " + *question.what.session_id});
  return page;
}

} // namespace troupe
