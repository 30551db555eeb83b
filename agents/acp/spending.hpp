#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <optional>

namespace troupe::agents::acp {

/// Turns, tokens and money of an attempt. Tokens are told by the answer to a prompt,
/// for that turn; money by `usage_update`, a sum already. Agents that tell neither
/// have spent nothing that is known.
class spending {
public:
  void prompt_sent() { ++turns_; }

  /// `usage_update`.
  void note(const json& update);

  /// The answer to a prompt; in version 2 the end of its turn.
  void add(const json& result);

  void put_into(run_result& result) const;
  [[nodiscard]] attempt_usage so_far() const;

private:
  token_usage tokens_;
  std::optional<double> cost_usd_;
  std::uint32_t turns_ = 0;
  bool known_ = false;
};

} // namespace troupe::agents::acp
