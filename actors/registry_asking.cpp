#include "actors/registry.hpp"

#include "actors/bounds.hpp"
#include "actors/deadlines.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <limits>
#include <memory>

/// The REGISTRY asks every run that waits for an answer what it waits for.
namespace troupe {

namespace {

/// What the runs said so far.
struct gathering {
  caf::typed_response_promise<open_questions> answer;
  open_questions all;
  std::size_t limit = 0;
  std::size_t awaited = 0;

  void come() {
    if (--awaited > 0)
      return;
    std::ranges::stable_sort(all.requests, {}, &open_question::asked_at);
    all.total = all.requests.size();
    all.requests.resize(std::min(all.requests.size(), limit));
    answer.deliver(std::move(all));
  }
};

} // namespace

std::vector<run_actor> registry_state::askers(
  const caller& who, const std::optional<std::string>& below) const {
  caller above;
  above.run_id = below;
  std::vector<run_actor> found;
  for (const auto status : {run_status::input_required, run_status::auth_required}) {
    list_runs question{.status = status, .backend = {}, .cwd = {}, .cursor = {}};
    question.limit = std::numeric_limits<std::uint32_t>::max();
    const auto page = roll_.list(who, question);
    for (const auto& run : page ? page->runs : std::vector<run_brief>{})
      if (!below || run.run_id == *below || roll_.may_see(above, run))
        if (const auto* actor = actor_of(run))
          found.push_back(*actor);
  }
  return found;
}

caf::result<open_questions>
registry_state::pending(const asked<list_pending>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  auto below = question.what.run_id;
  if (below) {
    const auto run = roll_.resolve(*question.who, below, {}, {});
    if (!run)
      return to_caf(run.error());
    below = (*run)->run_id;
  }
  const auto runs = askers(*question.who, below);
  if (runs.empty())
    return open_questions{};
  auto promise = self_->make_response_promise<open_questions>();
  const auto all = std::make_shared<gathering>(
    gathering{promise, {}, question.what.limit, runs.size()});
  for (const auto& run : runs)
    self_->request(run, deadline::answer, question)
      .then(
        [all](open_questions& asks) {
          std::ranges::move(asks.requests, std::back_inserter(all->all.requests));
          all->come();
        },
        [all](const caf::error&) { all->come(); });
  return promise;
}

} // namespace troupe
