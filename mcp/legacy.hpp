#pragma once

#include "mcp/steps.hpp"
#include "mcp/toolsets.hpp"

#include <optional>
#include <string>

namespace troupe::mcp {

/// The server's half of a conversation of the eras that begin with `initialize`. Pure.
/// Source: MCP specification 2025-11-25 and before.
class legacy_dialogue {
public:
  explicit legacy_dialogue(tool_list list) : list_(std::move(list)) {}

  [[nodiscard]] outcome answer(const jsonrpc::message& request, bool in_batch);

  /// Whether the revision that was agreed on has batches.
  [[nodiscard]] bool has_batches() const { return revision_ == revision::v2025_03_26; }

private:
  using method = outcome (legacy_dialogue::*)(const jsonrpc::message&);
  struct binding;

  static const binding* find(std::string_view name);

  outcome initialize(const jsonrpc::message& request);
  outcome ping(const jsonrpc::message& request);
  outcome list_tools(const jsonrpc::message& request);
  outcome begin_call(const jsonrpc::message& request);
  outcome set_level(const jsonrpc::message& request);

  tool_list list_;
  std::optional<revision> revision_;
  std::string client_name_;
};

} // namespace troupe::mcp
