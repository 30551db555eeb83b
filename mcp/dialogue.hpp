#pragma once

#include "mcp/legacy.hpp"
#include "mcp/modern.hpp"

#include <string_view>

namespace troupe::mcp {

/// The server's half of an MCP connection, in whatever era each message is. Pure: lines
/// in, steps out; calls are made by whoever owns it. Whatever a client sends is
/// answered or ignored as JSON-RPC says; nothing ends the conversation.
class dialogue {
public:
  static constexpr std::size_t batch_max = 64;

  explicit dialogue(const terms& held) : legacy_(held), modern_(held) {}

  [[nodiscard]] turn take(std::string_view line, timestamp now);

  [[nodiscard]] const legacy_dialogue& of_legacy() const { return legacy_; }

private:
  [[nodiscard]] std::vector<step>
  take_message(const json& value, bool in_batch, timestamp now);
  [[nodiscard]] turn take_batch(const json& values, timestamp now);
  outcome answer(const jsonrpc::message& request, bool in_batch, timestamp now);

  legacy_dialogue legacy_;
  modern_dialogue modern_;
};

} // namespace troupe::mcp
