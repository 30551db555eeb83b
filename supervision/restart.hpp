#pragma once

#include "protocol/exit.hpp"
#include "protocol/policy.hpp"
#include "protocol/values.hpp"
#include "supervision/exit_rules.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace troupe::supervision {

/// Monotonic time as the caller measures it; any epoch.
using moment = std::chrono::milliseconds;

/// At most R restarts in any span [t, t + T) (OTP's intensity): a ring of the last R
/// restart times, O(1). R above 1000 counts as 1000, a T of zero as one second.
class restart_window {
public:
  restart_window(std::uint32_t restarts_max, moment period);

  /// Whether one more may happen now; notes it if so.
  [[nodiscard]] bool allow(moment now);

  /// How many of them lie in the span that ends now.
  [[nodiscard]] std::uint32_t used(moment now) const;

  [[nodiscard]] std::uint32_t restarts_max() const { return restarts_max_; }
  [[nodiscard]] moment period() const { return period_; }

private:
  std::uint32_t restarts_max_;
  moment period_;
  std::size_t oldest_ = 0;
  std::vector<moment> times_;
};

/// Exponential with full jitter over its upper half: the n-th wait (from 0) lies in
/// [w/2, w] with w = min(first · 2^n, cap). `dice` is uniform in [0, 1).
[[nodiscard]] std::chrono::milliseconds
backoff(const restart_policy& policy, std::uint32_t n, double dice);

/// What policy wants after an attempt ended.
enum class verdict : std::uint8_t {
  finish,  ///< It is done.
  restart, ///< Again after `wait`.
  park,    ///< Again at the reason's `until`, but not before `wait` is over.
  give_up, ///< Failed.
  stop,    ///< Ended by order; never again.
};

struct decision {
  verdict what = verdict::give_up;
  std::chrono::milliseconds wait{0};
  restart_mode mode = restart_mode::resume;
  std::string cause; ///< For people: which rule, and the numbers behind it.
};

/// How often a run was restarted, and what for. One a run; survives in run.json only
/// as counts (a new supervisor starts a new window). Every restart counts against the
/// intensity, but not what follows a usage limit: the agent did nothing wrong. Who may
/// not be restarted at all is not parked either. A stated end of a limit that did not
/// hold is not believed again: then five minutes pass at least, until a minute of
/// health.
class restart_history {
public:
  explicit restart_history(const restart_policy& policy);

  /// Decides and notes. `healthy_for` is how long the attempt had been working: a
  /// minute of it resets the back-off (ten after an overload, as agents retry for
  /// minutes themselves). A stop that was ordered is final over any policy: every later
  /// answer is stop too. `permanent` restarts what completed as well; what would fail
  /// the same way again (exit_rule::fail) is not restarted by any type. What `on` of
  /// the policy says of a reason stands in place of its default rule, and below the
  /// type.
  [[nodiscard]] decision
  decide(const exit_reason& why, moment now, moment healthy_for, double dice);

  [[nodiscard]] std::uint32_t restarts() const { return restarts_; }

private:
  [[nodiscard]] exit_rule rule_for(exit_kind kind) const;
  decision again(const exit_reason& why, moment now, moment healthy_for, double dice);
  decision parked(const exit_reason& why, moment healthy_for, double dice);
  std::chrono::milliseconds
  wait_after(const exit_reason& why, moment healthy_for, double dice);

  restart_policy policy_;
  restart_window window_;
  std::uint32_t restarts_ = 0;
  std::uint32_t in_a_row_ = 0;
  std::uint32_t overloads_in_a_row_ = 0;
  std::uint32_t parks_in_a_row_ = 0;
  std::map<exit_kind, std::uint32_t> restarts_for_;
  bool stopped_ = false;
};

/// The notice that a resumed conversation begins with: that and why it was interrupted,
/// and what to make of it.
[[nodiscard]] std::string resume_notice(const exit_reason& why);

} // namespace troupe::supervision
