#pragma once

#include "agents/agent_line.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::agents::claude {

/// Turns, tokens and money of an attempt. While a turn runs, each answer of the model
/// tells what it read, but little of what it writes, and no money; the result of the
/// turn then tells all of it. What was written to the cache counts as read.
class spending {
public:
  /// An `assistant` line. The lines of one answer of the model have one message id.
  void note(const json& line);

  /// A `result`: its usage is that of its turn, its cost a total already.
  void add(const json& result);

  void put_into(run_result& result) const;
  [[nodiscard]] attempt_usage so_far() const;

private:
  token_usage told_;   ///< By results.
  token_usage during_; ///< Since the last result, of the answers before the last.
  token_usage last_;   ///< Of the last answer.
  std::string last_id_;
  std::optional<double> cost_usd_;
  std::uint32_t turns_ = 0;
  bool known_ = false;
};

} // namespace troupe::agents::claude
