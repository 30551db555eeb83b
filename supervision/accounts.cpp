#include "supervision/accounts.hpp"

#include <algorithm>
#include <utility>

namespace troupe::supervision {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t accounts_max = 1024;
constexpr moment gap = 1s;
constexpr moment remembered = 30s;

} // namespace

void accounts::limited(
  const std::string& name, moment until, timestamp wall_until, moment now) {
  if (name.empty() || until <= now)
    return;
  if (!accounts_.contains(name) && accounts_.size() >= accounts_max)
    accounts_.erase(std::ranges::min_element(
      accounts_, {}, [](const auto& each) { return each.second.next_go; }));
  auto& of = accounts_[name];
  if (!of.probe && of.until >= until)
    return;
  of.until = of.next_go = until;
  of.wall_until = wall_until;
  of.probe.reset();
  of.holds = false;
}

void accounts::let_go(account& of, const std::string& run_id, moment now) const {
  of.holds = of.probe.has_value();
  of.next_go = now + (of.holds ? gap : hold_);
  if (!of.holds)
    of.probe = run_id;
}

void accounts::ended_otherwise(const std::string& run_id, moment now) {
  for (auto& [name, of] : accounts_)
    if (of.probe == run_id && !std::exchange(of.holds, true))
      of.next_go = std::min(of.next_go, now);
}

bool accounts::asks(const std::string& name, const std::string& run_id, moment now) {
  const auto found = accounts_.find(name);
  if (found == accounts_.end())
    return true;
  auto& of = found->second;
  if (of.waiting.empty() && now >= of.next_go) {
    let_go(of, run_id, now);
    return true;
  }
  if (std::ranges::find(of.waiting, run_id) == of.waiting.end())
    of.waiting.push_back(run_id);
  return false;
}

void accounts::left(const std::string& run_id) {
  for (auto& [name, of] : accounts_) {
    std::erase(of.waiting, run_id);
    if (of.probe == run_id && !of.holds) {
      of.probe.reset();
      of.next_go = of.until;
    }
  }
}

std::vector<std::string> accounts::due(moment now) {
  std::vector<std::string> released;
  for (auto it = accounts_.begin(); it != accounts_.end();) {
    auto& of = it->second;
    while (!of.waiting.empty() && now >= of.next_go) {
      released.push_back(std::move(of.waiting.front()));
      of.waiting.pop_front();
      let_go(of, released.back(), now);
    }
    const bool forgotten = of.waiting.empty() && now >= of.next_go + remembered;
    it = forgotten ? accounts_.erase(it) : std::next(it);
  }
  return released;
}

std::optional<moment> accounts::next_check() const {
  std::optional<moment> next;
  for (const auto& [name, of] : accounts_) {
    const auto at = of.waiting.empty() ? of.next_go + remembered : of.next_go;
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

std::string accounts::cause_of(const std::string& run_id) const {
  for (const auto& [name, of] : accounts_) {
    const auto place = std::ranges::find(of.waiting, run_id);
    if (place == of.waiting.end())
      continue;
    const auto before = place - of.waiting.begin();
    auto text = "waits for the end of the usage limit of account " + name + ", " +
                to_string(of.wall_until);
    if (before > 0)
      text += "; " + std::to_string(before) + " of it go first";
    return text;
  }
  return {};
}

} // namespace troupe::supervision
