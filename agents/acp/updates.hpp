#pragma once

#include "agents/acp/speech.hpp"
#include "agents/acp/spending.hpp"
#include "agents/acp/tool_calls.hpp"

#include <set>
#include <string>
#include <string_view>

namespace troupe::agents::acp {

/// Tells what the agent says and does: `session/update`. What tells a client nothing is
/// passed over; what is not known is warned of once.
class updates {
public:
  void note(const json& update, step& out);

  /// Whether this one comes of a turn, so that there is something to resume.
  [[nodiscard]] static bool is_of_turn(std::string_view kind);

  void turn_began() { speech_.turn_began(); }
  void turn_over(step& out);

  [[nodiscard]] const speech& said() const { return speech_; }
  [[nodiscard]] tool_calls& calls() { return calls_; }
  [[nodiscard]] const tool_calls& calls() const { return calls_; }
  [[nodiscard]] spending& spent() { return spent_; }
  [[nodiscard]] const spending& spent() const { return spent_; }

  /// Ends what is being said: something else comes.
  void pause(step& out) { speech_.flush(out); }

private:
  void tool(std::string_view kind, const json& update, step& out);
  void mode(std::string_view now, step& out);
  void unknown(std::string_view kind, step& out);

  speech speech_;
  tool_calls calls_;
  spending spent_;
  std::string mode_;
  std::set<std::string> warned_;
};

} // namespace troupe::agents::acp
