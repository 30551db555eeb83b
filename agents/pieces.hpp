#pragma once

#include "protocol/messages.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What is said to an agent, where that is more than words.
namespace troupe::agents {

/// A run of words, or a file between them.
struct piece {
  std::string text;
  const message_part* file = nullptr; ///< Instead; lives in the message.
};

/// A message in order, for agents that take files of `goes_alone` as such. Of every
/// file there is a line among the words in front of it, so that the agent knows its
/// name.
[[nodiscard]] std::vector<piece>
pieces_of(const agent_message& m, bool (*goes_alone)(const message_part&));

[[nodiscard]] bool has_bytes(const message_part& part);

/// Says one after the other, as one text if both are that.
[[nodiscard]] agent_message joined(agent_message first, const agent_message& second);

} // namespace troupe::agents
