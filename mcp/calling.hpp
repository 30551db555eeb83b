#pragma once

#include "mcp/steps.hpp"
#include "mcp/toolsets.hpp"

/// What the eras have in common about tools: how they are listed, called and answered.
namespace troupe::mcp {

/// How a client of this revision is shown a tool.
[[nodiscard]] json definition(const tool& t, revision rev);

/// The tools in the form of tools/list. There is one page, so any cursor is wrong.
[[nodiscard]] tl::expected<json, jsonrpc::rejection>
definitions(const jsonrpc::message& request, const tool_list& list, revision rev);

/// The call that a tools/call asks for.
[[nodiscard]] tl::expected<call_tool, jsonrpc::rejection>
read_call(const jsonrpc::message& request, const tool_list& list, revision rev);

/// What troupe says of itself.
[[nodiscard]] json server_info(revision rev);

} // namespace troupe::mcp
