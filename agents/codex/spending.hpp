#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace troupe::agents::codex {

/// What comes from a cache is part of the input, as the agent counts.
[[nodiscard]] token_usage tokens_in(const json& usage);

/// Tokens of an attempt, from `thread/tokenUsage/updated`, whose totals are those of a
/// thread since it was begun. The agent tells no money.
class spending {
public:
  /// Where a thread comes from that is heard of for the first time.
  enum class origin : std::uint8_t {
    begun,       ///< In this attempt: all of it counts.
    resumed,     ///< What it had spent before this answer is left out.
    told_before, ///< All that is told now was spent before this attempt.
  };

  void note(const std::string& thread, const json& usage, origin from);

  void put_into(run_result& result) const;
  [[nodiscard]] attempt_usage so_far() const;

private:
  struct thread_tokens {
    token_usage before;
    token_usage total;
  };

  std::map<std::string, thread_tokens> threads_;
  std::uint32_t turns_ = 0;
};

} // namespace troupe::agents::codex
