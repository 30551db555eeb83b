#pragma once

#include "agents/a2a/task.hpp"
#include "agents/requests.hpp"

#include <string>
#include <string_view>

namespace troupe::agents::a2a {

/// What a task waits for: an answer, or a login somewhere else.
class questions {
public:
  /// By the status of the task; one that is known already is not asked again.
  void ask(const remote_task& task, step& out);

  /// Tells that it was answered; false if nothing waits for this.
  [[nodiscard]] bool answered(const request_answer& given, step& out);

  void withdraw(std::string_view why, step& out);

  [[nodiscard]] const open_requests& waiting() const { return waiting_; }

private:
  open_requests waiting_;
  int asked_ = 0;
};

/// An answer as an agent reads it: `allow`, `deny: because`, or the words alone.
[[nodiscard]] std::string words_for(const request_answer& given);

} // namespace troupe::agents::a2a
