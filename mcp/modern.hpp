#pragma once

#include "mcp/steps.hpp"
#include "mcp/toolsets.hpp"

namespace troupe::mcp {

/// The server's half of the era in which every request says in which revision it
/// speaks, who asks and what the asker can do. Remembers nothing from one request to
/// the next. Pure. Source: MCP specification 2026-07-28.
class modern_dialogue {
public:
  static constexpr int missing_capability = -32021;
  static constexpr int unsupported_version = -32022;

  explicit modern_dialogue(tool_list list) : list_(std::move(list)) {}

  /// Whether a request is of this era.
  [[nodiscard]] static bool claims(const jsonrpc::message& request);

  [[nodiscard]] outcome answer(const jsonrpc::message& request, timestamp now) const;

private:
  /// What a request says of the one who asks.
  struct asker {
    bool has_tasks = false;
    std::string name;
  };
  using method = outcome (modern_dialogue::*)(
    const jsonrpc::message&, const asker&, timestamp) const;
  struct binding;

  static const binding* find(std::string_view name);
  static tl::expected<asker, jsonrpc::rejection>
  read_asker(const json& id, const json& meta);

  outcome
  discover(const jsonrpc::message& request, const asker& by, timestamp now) const;
  outcome
  list_tools(const jsonrpc::message& request, const asker& by, timestamp now) const;
  outcome
  begin_call(const jsonrpc::message& request, const asker& by, timestamp now) const;
  outcome listen(const jsonrpc::message& request, const asker& by, timestamp now) const;
  outcome
  get_task(const jsonrpc::message& request, const asker& by, timestamp now) const;
  outcome
  leave_task(const jsonrpc::message& request, const asker& by, timestamp now) const;
  [[nodiscard]] tl::expected<task, jsonrpc::rejection>
  find_task(const jsonrpc::message& request) const;

  tool_list list_;
};

} // namespace troupe::mcp
