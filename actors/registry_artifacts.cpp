#include "actors/registry.hpp"

#include "actors/artifacts.hpp"
#include "actors/bounds.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The REGISTRY reads one event in whole, of a run that lives or has ended.
namespace troupe {

namespace {

/// More than a line of an agent's may have, and what is said of it around it.
constexpr std::uint32_t whole_event_bytes = 256 * 1024 * 1024;

error no_such_event(const run_brief& run, std::uint64_t seq) {
  return {
    errc::not_found,
    "seq: run " + run.run_id + " has no event " + std::to_string(seq) +
      "; its last is " + std::to_string(run.last_seq)};
}

} // namespace

caf::result<event_artifact>
registry_state::artifact(const asked<get_event_artifact>& question) {
  const auto& what = question.what;
  if (auto wrong = out_of_bounds(what))
    return to_caf(std::move(*wrong));
  const auto found =
    roll_.resolve(*question.who, what.run_id, what.agent_name, what.cwd);
  if (!found)
    return to_caf(found.error());
  const auto& run = **found;
  if (what.seq == 0 || what.seq > run.last_seq)
    return to_caf(no_such_event(run, what.seq));
  auto promise = self_->make_response_promise<event_artifact>();
  self_
    ->request(
      journal_,
      deadline::disk,
      read_page{
        .run_id = run.run_id,
        .after_seq = what.seq - 1,
        .limit = 1,
        .max_bytes = whole_event_bytes})
    .then(
      [promise, run, what](const events_read& read) mutable {
        auto slice = read.events.empty()
                       ? result<event_artifact>(fail(no_such_event(run, what.seq)))
                       : slice_of(read.events.front(), what);
        if (!slice) {
          promise.deliver(to_caf(std::move(slice.error())));
          return;
        }
        slice->run_id = run.run_id;
        promise.deliver(std::move(*slice));
      },
      [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

} // namespace troupe
