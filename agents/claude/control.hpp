#pragma once

#include "agents/agent_line.hpp"
#include "agents/requests.hpp"
#include "protocol/policy.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace troupe::agents::claude {

class messages;

/// The control protocol: requests of the agent to its host and back, on the same two
/// streams. Every request of the agent is answered or waits for an answer; those we
/// know nothing of are refused, so that nothing hangs.
class control {
public:
  explicit control(permission_policy policy) : policy_(std::move(policy)) {}

  /// A `control_request` line. Permission requests that the policy settles are answered
  /// at once; the others wait.
  void request(const json& line, const messages& said, step& out);

  /// A `control_cancel_request` line: the agent no longer wants an answer.
  void cancel(const json& line, step& out);

  /// A `control_response` line to one of ours.
  static void response(const json& line, step& out);

  /// Answers the request it names, and tells so. Anything but an allowing word denies.
  void answer(const request_answer& given, step& out);

  /// Asks the agent to stop its turn; the session stays usable.
  void interrupt(step& out);

  /// Forgets what still waits: nothing runs any more that could take an answer, or none
  /// can be sent.
  void clear();

  [[nodiscard]] const open_requests& waiting() const { return waiting_; }

private:
  /// What an answer needs to know of its request.
  struct asked {
    std::string tool;
    json input;
    json suggestions;
  };

  void permission(const json& line, const messages& said, step& out);
  void wait(const std::string& id, pending_request request, asked what, step& out);
  void forget(const std::string& id);

  permission_policy policy_;
  open_requests waiting_;
  std::map<std::string, asked> asked_;
  std::uint32_t interrupts_ = 0;
};

} // namespace troupe::agents::claude
