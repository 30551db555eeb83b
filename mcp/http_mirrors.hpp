#pragma once

#include "mcp/tool.hpp"

#include <map>
#include <string>
#include <vector>

namespace troupe::mcp {

/// An argument that the client repeats in the header `Mcp-Param-<name>`.
struct mirrored_argument {
  std::string name;
  std::vector<std::string> path; ///< Of members, from the arguments on.
};

/// By tool.
using mirror_table = std::map<std::string, std::vector<mirrored_argument>, std::less<>>;

/// The arguments whose schemas have an `x-mcp-header`; they are reached by `properties`
/// alone. Source: MCP 2026-07-28, transports.
[[nodiscard]] mirror_table mirrors_of(const tool_list& tools);

} // namespace troupe::mcp
