#pragma once

#include "mcp/tool.hpp"

#include <array>

namespace troupe::mcp {

/// Who a server is.
struct identity {
  std::string_view name;
  std::string_view title;
  std::string_view version;
};

/// A family of resources. The braces of its template are variables (uri_template.hpp).
struct resource_template {
  std::string_view uri_template;
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view mime_type;
};

struct prompt_argument {
  std::string_view name;
  std::string_view description;
  bool needed = false;
};

/// What a person may choose to say to a model, with arguments to fill in.
struct prompt {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::vector<prompt_argument> arguments;
};

/// Everything that a server has for one client. What is not offered is not declared,
/// and its methods do not exist.
struct offer {
  identity about;
  std::string instructions; ///< For the client's model; may be empty.
  tool_list tools;
  tool_list others;       ///< There are, but this client did not ask for their sets.
  bool resources = false; ///< They can be listed and read, and watched for changes.
  std::vector<resource_template> templates;
  std::vector<prompt> prompts;
  bool completes = false; ///< Arguments of prompts and variables of templates.
  bool tasks = false;     ///< Calls may be left as tasks (the extension of 2026-07-28).
  bool lists_change = false; ///< Also those of tools and prompts.
};

/// The lists that may change while a client is there.
enum class changing_list : std::uint8_t { tools, prompts, resources };

constexpr auto names(changing_list) {
  return std::to_array<std::string_view>({"tools", "prompts", "resources"});
}

} // namespace troupe::mcp
