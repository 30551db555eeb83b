#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <optional>

namespace troupe::cli {

/// When a relay whose client has ended may end too: answers that are due are waited
/// for, whatever else comes only for a moment. Pure; time is given.
class farewell {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds answers_due_max{60};
  static constexpr std::chrono::seconds moment{5};

  void client_ended(clock::time_point now) { ended_at_ = now; }
  [[nodiscard]] bool begun() const { return ended_at_.has_value(); }

  void answered(clock::time_point now) { last_answer_at_ = now; }

  /// When it is over if nothing more happens; never, before the client has ended.
  [[nodiscard]] clock::time_point due(std::size_t unanswered) const {
    if (!ended_at_)
      return clock::time_point::max();
    if (unanswered > 0)
      return *ended_at_ + answers_due_max;
    return std::max(*ended_at_, last_answer_at_) + moment;
  }

private:
  std::optional<clock::time_point> ended_at_;
  clock::time_point last_answer_at_;
};

} // namespace troupe::cli
