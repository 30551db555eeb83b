#include "actors/agent_files.hpp"
#include "actors/attempt.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "protocol/json.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <iterator>

/// Files that an agent asks its host for. They are read and written one after the
/// other; what came of one is an input like any other, recorded before it is said. A
/// successor does again what nobody wrote down the outcome of.
namespace troupe {

void attempt_state::serve(std::vector<agents::file_request>&& wanted) {
  for (auto& each : wanted)
    wanted_files_.push_back(std::move(each));
  serve_next();
}

void attempt_state::serve_next() {
  if (serving_ || wanted_files_.empty() || gone_ || exited_ || judging_)
    return;
  serving_ = true;
  serve_file order{.cwd = setup_.plan.cwd, .wanted = std::move(wanted_files_.front())};
  wanted_files_.pop_front();
  const auto served = [this](const file_answer& came) {
    serving_ = false;
    say_to_self(input_kind::file, {encode_text(came)});
    serve_next();
  };
  self_
    ->request(self_->spawn<caf::detached>(agent_file), deadline::disk, std::move(order))
    .then(served, [served](const caf::error& e) {
      served({.text = {}, .error = from_caf(e).message});
    });
}

} // namespace troupe
