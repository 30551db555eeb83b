#pragma once

#include "agents/codex/asking.hpp"
#include "agents/requests.hpp"
#include "protocol/policy.hpp"

#include <map>
#include <string>

namespace troupe::agents::codex {

/// What the agent asks of its host: leave to run a command, to change files, to call an
/// MCP server's tool, to widen its sandbox; and questions. Every request is answered or
/// waits for an answer; those we know nothing of are refused, so that nothing hangs.
class approvals {
public:
  explicit approvals(permission_policy policy) : policy_(std::move(policy)) {}

  /// A line with a method and an id. What the policy settles is answered at once.
  void request(const json& line, const items& told, step& out);

  /// `serverRequest/resolved`: an answer is no longer wanted, or was taken.
  void resolved(const json& params, step& out);

  /// Answers the request it names, and tells so. Anything but an allowing word denies.
  /// Yields what is to be said to the agent beside it, as the protocol has no place for
  /// why a call was denied, or for an input to use instead.
  [[nodiscard]] std::string answer(const request_answer& given, step& out);

  /// Forgets what still waits: nothing runs any more that could take an answer, or none
  /// can be sent.
  void clear();

  [[nodiscard]] const open_requests& waiting() const { return waiting_; }

private:
  void wait(asked what, step& out);
  [[nodiscard]] json decided(
    const asked& what, const request_answer& given, request_answer& done, step& out);
  void forget(const std::string& id);

  permission_policy policy_;
  open_requests waiting_;
  std::map<std::string, asked> asked_;
};

} // namespace troupe::agents::codex
