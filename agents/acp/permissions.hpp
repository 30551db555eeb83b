#pragma once

#include "agents/acp/tool_calls.hpp"
#include "agents/agent_line.hpp"
#include "agents/requests.hpp"
#include "protocol/policy.hpp"

#include <map>
#include <string>

namespace troupe::agents::acp {

/// Requests for leave. Each offers options of its own, chosen by their kind: `allow` is
/// allow_once, `deny` reject_once, `allow_always` and `deny_always` the lasting ones. A
/// decision may name an option by its id as well. Never is more allowed than was said:
/// what no option stands for is rejected, or cancelled where nothing rejects.
class permissions {
public:
  explicit permissions(permission_policy policy) : policy_(std::move(policy)) {}

  /// `session/request_permission`. What the policy settles is answered at once.
  void request(const json& id, const json& params, tool_calls& calls, step& out);

  /// Answers the request it names, and tells so.
  void answer(const request_answer& given, step& out);

  /// `$/cancel_request`: the agent no longer wants an answer.
  void withdraw(const json& id, step& out);

  /// As the protocol wants it when a turn is cancelled, or has ended.
  void cancel_all(std::string_view why, step& out);

  /// Nothing can be said any more.
  void forget_all(std::string_view why, step& out);

  void turn_began() { denied_ = false; }

  /// Whether one was denied in this turn: some agents end it then.
  [[nodiscard]] bool denied() const { return denied_; }
  [[nodiscard]] const open_requests& waiting() const { return waiting_; }

  /// Whether these uses of a tool are denied by the policy, whoever asks.
  [[nodiscard]] bool denies(std::string_view tool, std::string_view subject) const;

private:
  /// What an answer needs to know of its request.
  struct asked {
    json id;
    json options;
  };

  void settle(const asked& what, const json* option, step& out);

  permission_policy policy_;
  open_requests waiting_;
  std::map<std::string, asked> asked_;
  bool denied_ = false;
};

} // namespace troupe::agents::acp
