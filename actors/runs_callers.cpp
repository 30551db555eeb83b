#include "actors/runs.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "protocol/identity.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// RUNS: whose process a client is. What the kernel says comes first and is never
/// overruled; a token only ever takes rights away, by telling a process that looks like
/// a person's that it is part of a run.
namespace troupe {

namespace {

constexpr std::size_t run_id_length = 28;

/// The attempt's cgroup is `<run_id>.<attempt>` (keeper). The outermost counts: an
/// agent may make groups below its own and give them what names it likes.
std::optional<std::string> run_of_cgroup(const std::string& cgroup) {
  for (auto at = cgroup.find("/r_"); at != std::string::npos;
       at = cgroup.find("/r_", at + 1))
    if (auto run_id = cgroup.substr(at + 1, run_id_length); is_run_id(run_id))
      return run_id;
  return {};
}

} // namespace

result<process_owner> runs_state::as_run(const std::string& run_id) const {
  const auto it = live_.find(run_id);
  if (it == live_.end())
    return fail(errc::refused, "this process belongs to a run that has ended");
  return process_owner{.run_id = run_id, .depth = it->second.brief.depth};
}

std::optional<std::string> runs_state::run_around(const whose_process& process) const {
  if (auto run_id = run_of_cgroup(process.cgroup))
    return run_id;
  auto line = process.ancestors;
  line.insert(line.begin(), process.pid);
  for (const auto& [key, kept] : kept_)
    for (const int pid : line)
      if (
        !kept.gone && pid > 0 &&
        (pid == kept.spawned.pid || pid == kept.spawned.root_pid))
        return key.run_id;
  return {};
}

caf::result<process_owner> runs_state::owner_of(const whose_process& question) {
  if (const auto run_id = run_around(question))
    return to_caf(as_run(*run_id));
  const auto& above = question.ancestors;
  if (std::ranges::find(above, setup_.keeper_pid) != above.end())
    return to_caf(error{
      errc::refused, "this process was started by an agent whose run is not known"});
  if (!question.token)
    return process_owner{};
  auto promise = self_->make_response_promise<process_owner>();
  check_token(*question.token, promise);
  return promise;
}

void runs_state::check_token(
  const std::string& token, caf::typed_response_promise<process_owner> answer) {
  const auto run_id = token.substr(0, run_id_length);
  if (!live_.contains(run_id)) {
    answer.deliver(to_caf(error{errc::refused, "this token is of no live run"}));
    return;
  }
  self_->request(setup_.around.journal, deadline::disk, read_token{.run_id = run_id})
    .then(
      [this, run_id, token, answer](const attempt_token& newest) mutable {
        auto owner =
          !newest.secret.empty() && same_secret(newest.secret, token)
            ? as_run(run_id)
            : result<process_owner>(fail(errc::refused, "this token is not valid"));
        if (owner)
          answer.deliver(std::move(*owner));
        else
          answer.deliver(to_caf(std::move(owner.error())));
      },
      [answer](caf::error& e) mutable { answer.deliver(std::move(e)); });
}

} // namespace troupe
