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

result<event_artifact>
cut(const events_read& read, const run_brief& run, const get_event_artifact& what) {
  if (read.events.empty())
    return fail(no_such_event(run, what.seq));
  auto slice = slice_of(read.events.front(), what);
  if (slice)
    slice->run_id = run.run_id;
  return slice;
}

struct cut_event : message_tag {
  run_brief run;
  get_event_artifact what;
};

using cutter_actor = caf::typed_actor<caf::replies_to<cut_event>::with<event_artifact>>;

/// An event may have many MiB, and to read them takes a while: for the REGISTRY, too
/// long, since everybody waits for it. For one question each.
cutter_actor::behavior_type cutter(cutter_actor::pointer self, journal_actor journal) {
  return {[self, journal](const cut_event& order) {
    auto promise = self->make_response_promise<event_artifact>();
    self
      ->request(
        journal,
        deadline::disk,
        read_page{
          .run_id = order.run.run_id,
          .after_seq = order.what.seq - 1,
          .limit = 1,
          .max_bytes = whole_event_bytes})
      .then(
        [self, promise, order](const events_read& read) mutable {
          auto slice = cut(read, order.run, order.what);
          if (slice)
            promise.deliver(std::move(*slice));
          else
            promise.deliver(to_caf(std::move(slice.error())));
          self->quit();
        },
        [self, promise](caf::error& e) mutable {
          promise.deliver(std::move(e));
          self->quit();
        });
    return promise;
  }};
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
  cut_event order;
  order.run = run;
  order.what = what;
  return self_->delegate(self_->spawn(cutter, journal_), std::move(order));
}

} // namespace troupe
