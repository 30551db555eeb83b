#include "actors/runs.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/tokens.hpp"
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
constexpr std::size_t strangers_max = 256;
/// A keeper tells of a start in milliseconds; its agent may be quicker all the same.
constexpr std::chrono::seconds start_told_within{2};

void deliver(
  caf::typed_response_promise<process_owner>& answer, result<process_owner> owner) {
  if (owner)
    answer.deliver(std::move(*owner));
  else
    answer.deliver(to_caf(std::move(owner.error())));
}

result<process_owner> unknown_agent() {
  return fail(
    errc::refused, "this process was started by an agent whose run is not known");
}

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

bool runs_state::knows_all_agents() const {
  return std::ranges::all_of(live_, [this](const auto& each) {
    const auto next = kept_.upper_bound({each.first, UINT32_MAX});
    return next != kept_.begin() && std::prev(next)->first.run_id == each.first &&
           !std::prev(next)->second.gone;
  });
}

/// One that is known now is answered; a start was told.
void runs_state::greet_strangers() {
  for (auto it = strangers_.begin(); it != strangers_.end();) {
    const auto run_id = run_around(it->second.who);
    if (run_id)
      deliver(it->second.answer, as_run(*run_id));
    it = run_id ? strangers_.erase(it) : std::next(it);
  }
}

void runs_state::send_away(std::uint64_t token) {
  if (auto found = strangers_.extract(token))
    deliver(found.mapped().answer, unknown_agent());
}

caf::result<process_owner> runs_state::owner_of(const whose_process& question) {
  auto answer = self_->make_response_promise<process_owner>();
  if (question.ends && setup_.peers && agents_may_live())
    look_up(question, answer);
  else
    find_owner(question, answer);
  return answer;
}

/// Where none does, nobody is one.
bool runs_state::agents_may_live() const {
  return !live_.empty() ||
         std::ranges::any_of(kept_, [](const auto& each) { return !each.second.gone; });
}

void runs_state::look_up(const whose_process& question, owner_promise answer) {
  self_->request(setup_.peers, deadline::answer, find_peer{.ends = *question.ends})
    .then(
      [this, token = question.token, answer](const found_peer& found) mutable {
        if (found.hung_up)
          return deliver(
            answer,
            fail(
              errc::refused,
              "this connection was given up before it could be seen whose it is; ask "
              "again, and keep it open until the answer has come"));
        find_owner(
          {.pid = found.pid,
           .cgroup = found.cgroup,
           .ancestors = found.ancestors,
           .token = token,
           .ends = {}},
          answer);
      },
      [answer](caf::error& e) mutable { answer.deliver(std::move(e)); });
}

void runs_state::find_owner(const whose_process& question, owner_promise answer) {
  if (const auto run_id = run_around(question))
    return deliver(answer, as_run(*run_id));
  const auto& above = question.ancestors;
  if (std::ranges::find(above, setup_.keeper_pid) != above.end()) {
    if (knows_all_agents() || strangers_.size() >= strangers_max)
      return deliver(answer, unknown_agent());
    const auto token = token::stranger | ++next_stranger_;
    setup_.around.world->wake_after(start_told_within, self_->address(), token);
    strangers_.emplace(token, stranger{question, answer});
    return;
  }
  if (question.token)
    check_token(*question.token, answer);
  else
    answer.deliver(process_owner{});
}

void runs_state::check_token(const std::string& token, owner_promise answer) {
  const auto run_id = token.substr(0, run_id_length);
  if (!live_.contains(run_id)) {
    answer.deliver(to_caf(error{errc::refused, "this token is of no live run"}));
    return;
  }
  self_->request(setup_.around.journal, deadline::disk, read_token{.run_id = run_id})
    .then(
      [this, run_id, token, answer](const attempt_token& newest) mutable {
        deliver(
          answer,
          !newest.secret.empty() && same_secret(newest.secret, token)
            ? as_run(run_id)
            : result<process_owner>(fail(errc::refused, "this token is not valid")));
      },
      [answer](caf::error& e) mutable { answer.deliver(std::move(e)); });
}

} // namespace troupe
