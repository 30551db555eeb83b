#include "agents/turns.hpp"

#include "agents/agent_line.hpp"

namespace troupe::agents {

exit_reason end_without_result(
  const process_end& how, bool asked, bool said_anything, std::string_view otherwise) {
  exit_reason reason{
    .reason = exit_kind::lost,
    .detail = last_line(how.stderr_tail),
    .code = how.code,
    .signal = how.signal};
  if (how.code == 0 && !asked)
    reason.reason = exit_kind::completed;
  else if (how.code == 1 && !said_anything && !reason.detail.empty())
    reason.reason = exit_kind::agent_error;
  else if (how.signal || how.code)
    reason.reason = exit_kind::crashed;
  if (reason.detail.empty() && reason.reason != exit_kind::completed)
    reason.detail = otherwise;
  return reason;
}

bool turn_adapter::take_in(
  const agent_input& said, const std::string& text, bool waits, step& out) {
  if (waits && !waiting_.push(text)) {
    warn(out, "turn_refused", {{"message", "too many turns wait"}});
    return false;
  }
  const bool first = !std::exchange(began_, true);
  if (!first && !is_carried(said)) {
    json data{{"role", "user"}, {"text", text}};
    if (waits)
      data["waits"] = true;
    tell(out, event_type::message_added, data);
  }
  if (waits && interrupts(said))
    interrupt(out);
  return !waits;
}

} // namespace troupe::agents
