#pragma once

#include "mcp/request.hpp"

/// What the eras have in common about what is offered: how it is listed, and how it is
/// asked for.
namespace troupe::mcp {

/// What a server says of itself.
[[nodiscard]] json server_info(const offer& by, revision rev);

/// What it declares in an era, without extensions.
[[nodiscard]] json capabilities(const offer& by, revision rev);

/// How a client of this revision is shown a tool.
[[nodiscard]] json definition(const tool& t, revision rev);

// The lists of one page: any cursor is wrong.
using list_page = tl::expected<json, jsonrpc::rejection>;
[[nodiscard]] list_page
tool_page(const jsonrpc::message& asked, const offer& by, revision rev);
[[nodiscard]] list_page
prompt_page(const jsonrpc::message& asked, const offer& by, revision rev);
[[nodiscard]] list_page
template_page(const jsonrpc::message& asked, const offer& by, revision rev);

// What a request asks for; a rejection if it is broken.
using read_matter = tl::expected<matter, jsonrpc::rejection>;
[[nodiscard]] read_matter read_call(const jsonrpc::message& asked, const offer& by);
[[nodiscard]] read_matter read_list(const jsonrpc::message& asked, const offer& by);
[[nodiscard]] read_matter read_resource(const jsonrpc::message& asked, const offer& by);
[[nodiscard]] read_matter read_prompt(const jsonrpc::message& asked, const offer& by);
[[nodiscard]] read_matter
read_completion(const jsonrpc::message& asked, const offer& by);

/// A member that has to be a string.
[[nodiscard]] tl::expected<std::string, jsonrpc::rejection>
required_text(const jsonrpc::message& asked, const json& object, const char* name);

/// What the client can do, from the capabilities that it declares.
[[nodiscard]] client_abilities read_abilities(const json& capabilities);

} // namespace troupe::mcp
