#pragma once

#include "agents/agent_line.hpp"

#include <string>
#include <string_view>

namespace troupe::agents::acp {

/// The text of a content block; what is not text is named in brackets.
[[nodiscard]] std::string text_of(const json& block);

/// Puts the pieces of messages and thoughts together: each is told once it is whole.
/// One ends with its `messageId`, or where something else begins.
class speech {
public:
  static constexpr std::size_t text_bytes_max = 16 * 1024 * 1024;

  /// `agent_message_chunk` or `agent_thought_chunk`.
  void chunk(event_type as, const json& update, step& out);

  /// `agent_message` or `agent_thought`, whole at once, in the place of its pieces.
  void whole(event_type as, const json& update, step& out);

  /// Tells what is being said, because it ends here.
  void flush(step& out);

  /// The same where nothing may be changed.
  void tell_rest(step& out) const;

  void turn_began();

  /// What the agent said last in this turn.
  [[nodiscard]] std::string last_text() const;

private:
  void begin(event_type as, std::string_view id, step& out);
  void append(std::string_view text);

  event_type as_ = event_type::agent_message;
  std::string id_;
  std::string text_; ///< Not told yet.
  std::string last_; ///< The newest message that was told.
  bool cut_ = false;
};

} // namespace troupe::agents::acp
