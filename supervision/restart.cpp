#include "supervision/restart.hpp"

#include "protocol/text.hpp"
#include "supervision/exit_rules.hpp"

#include <algorithm>

namespace troupe::supervision {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr std::uint32_t window_max = 1000;
constexpr std::size_t detail_bytes_max = 300;
constexpr moment healthy = 1min;
constexpr moment healthy_overload = 10min;
constexpr std::uint32_t overload_first_ms = 60'000;
constexpr std::uint32_t overload_max_ms = 600'000;
constexpr milliseconds park_unknown = 5min;

std::string in_words(milliseconds wait) {
  if (wait < 10s)
    return std::to_string(wait.count()) + " ms";
  return std::to_string(wait / 1s) + " s";
}

std::string intensity(const restart_window& window) {
  return std::to_string(window.restarts_max()) + " in " +
         std::to_string(window.period() / 1s) + " s";
}

restart_policy for_overload(restart_policy policy) {
  policy.backoff_ms = std::max(policy.backoff_ms, overload_first_ms);
  policy.backoff_max_ms = std::max(policy.backoff_max_ms, overload_max_ms);
  return policy;
}

decision ends(verdict what, std::string cause) {
  return {.what = what, .wait = {}, .mode = {}, .cause = std::move(cause)};
}

} // namespace

restart_window::restart_window(std::uint32_t restarts_max, moment period)
  : restarts_max_(std::min(restarts_max, window_max)),
    period_(std::max(period, moment{1s})) {}

bool restart_window::allow(moment now) {
  if (times_.size() < restarts_max_) {
    times_.push_back(now);
    return true;
  }
  if (restarts_max_ == 0 || now - times_[oldest_] < period_)
    return false;
  times_[oldest_] = now;
  oldest_ = (oldest_ + 1) % times_.size();
  return true;
}

std::uint32_t restart_window::used(moment now) const {
  return static_cast<std::uint32_t>(
    std::ranges::count_if(times_, [&](moment at) { return now - at < period_; }));
}

milliseconds backoff(const restart_policy& policy, std::uint32_t n, double dice) {
  const auto grown = std::uint64_t{policy.backoff_ms} << std::min(n, 32u);
  const auto most = std::min<std::uint64_t>(grown, policy.backoff_max_ms);
  const auto least = most / 2;
  const auto spread = static_cast<double>(most - least) * std::clamp(dice, 0.0, 1.0);
  return milliseconds{least + static_cast<std::uint64_t>(spread)};
}

restart_history::restart_history(const restart_policy& policy)
  : policy_(policy),
    window_(policy.max_restarts, std::chrono::seconds{policy.period_s}) {}

decision restart_history::decide(
  const exit_reason& why, moment now, moment healthy_for, double dice) {
  const auto what = describe(why);
  const auto rule = rule_for(why.reason);
  const bool is_overridden = policy_.on.contains(why.reason);
  stopped_ = stopped_ || rule == exit_rule::never;
  if (stopped_)
    return ends(verdict::stop, what + ": a stop that was ordered is final");
  if (rule == exit_rule::done && policy_.type != restart_type::permanent)
    return ends(verdict::finish, what);
  if (rule == exit_rule::fail && is_overridden)
    return ends(verdict::give_up, what + ", and restart.on says fail");
  if (rule == exit_rule::fail)
    return ends(verdict::give_up, what + " is never restarted: it would fail again");
  if (policy_.type == restart_type::temporary)
    return ends(verdict::give_up, what + ", and restart.type is temporary");
  if (rule == exit_rule::restart_once && restarts_for_[why.reason] > 0)
    return ends(verdict::give_up, what + " again after one restart for it");
  const bool is_limit =
    rule == exit_rule::wait_until || rule == exit_rule::wait_for_room;
  const bool parks = is_limit && window_.restarts_max() > 0;
  if (parks)
    return parked(why, healthy_for, dice);
  if (!window_.allow(now))
    return ends(
      verdict::give_up,
      "no restart left of at most " + intensity(window_) + " after " + what);
  return again(why, now, healthy_for, dice);
}

exit_rule restart_history::rule_for(exit_kind kind) const {
  const auto instead = policy_.on.find(kind);
  const bool replaced = instead != policy_.on.end() && key_objection(kind).empty();
  return replaced ? rule_of(instead->second) : rule_of(kind);
}

decision restart_history::again(
  const exit_reason& why, moment now, moment healthy_for, double dice) {
  const auto wait = wait_after(why, healthy_for, dice);
  ++restarts_;
  ++restarts_for_[why.reason];
  auto cause = "restart " + std::to_string(window_.used(now)) + " of at most " +
               intensity(window_) + " after " + describe(why) + "; waits " +
               in_words(wait);
  return {verdict::restart, wait, policy_.mode, std::move(cause)};
}

decision
restart_history::parked(const exit_reason& why, moment healthy_for, double dice) {
  if (healthy_for >= healthy)
    parks_in_a_row_ = 0;
  const bool is_disk = rule_for(why.reason) == exit_rule::wait_for_room;
  const bool is_believed = is_disk || (why.until && parks_in_a_row_ == 0);
  const auto wait = is_believed ? backoff(policy_, 0, dice) : park_unknown;
  parks_in_a_row_ += is_disk ? 0 : 1;
  auto cause = describe(why) + ", which is no restart counted; parked ";
  if (is_disk)
    cause += "until there is room";
  else if (!why.until)
    cause += "for " + in_words(wait);
  else if (is_believed)
    cause += "until " + to_string(*why.until);
  else
    cause += "for " + in_words(wait) + " at least, until " + to_string(*why.until);
  return {verdict::park, wait, policy_.mode, std::move(cause)};
}

milliseconds
restart_history::wait_after(const exit_reason& why, moment healthy_for, double dice) {
  const bool overload = rule_for(why.reason) == exit_rule::restart_late;
  auto& in_a_row = overload ? overloads_in_a_row_ : in_a_row_;
  if (healthy_for >= (overload ? healthy_overload : healthy))
    in_a_row = 0;
  return backoff(overload ? for_overload(policy_) : policy_, in_a_row++, dice);
}

std::string resume_notice(const exit_reason& why) {
  std::string text =
    "Notice from the supervisor: your previous attempt at this task was interrupted (" +
    describe(why) + ")";
  if (!why.detail.empty())
    text += ": " + one_line(why.detail, detail_bytes_max);
  text += ". What your last tool calls did may be unknown to you: look at the state of "
          "your work first, then go on where you left off.";
  if (why.reason == exit_kind::oom)
    text += " It used up its memory: do less at a time, and run fewer things at once.";
  return text;
}

} // namespace troupe::supervision
