#include "gateway/placing.hpp"

#include "mcp/uri_template.hpp"

namespace troupe::mcp {

namespace {

constexpr const char* roots_key = "roots";

bool starts_something(const tool& what) {
  return what.info.name == "spawn_run" || what.info.name == "spawn_team";
}

/// The directory of a root on this machine; empty if it is none.
std::string directory_of(const json& root) {
  constexpr std::string_view scheme = "file://";
  const auto& uri = member(root, "uri");
  if (!uri.is_string() || !uri.get_ref<const std::string&>().starts_with(scheme))
    return {};
  const auto path =
    percent_decoded(uri.get_ref<const std::string&>().substr(scheme.size()));
  return path && path->starts_with('/') ? *path : std::string();
}

} // namespace

bool lacks_place(const guest& who, const request& asked) {
  const auto* call = std::get_if<tool_call>(&asked.what);
  return call && starts_something(*call->which) && asked.client.roots &&
         who.as.who->cwd.empty() && !who.as.who->run_id &&
         !call->arguments.contains("cwd") && !call->arguments.contains("session_id");
}

settlement ask_for_roots() {
  return needs{
    {{roots_key, {{"method", "roots/list"}, {"params", json::object()}}}}, json()};
}

json placed(const request& asked, const tool_call& call) {
  auto arguments = call.arguments;
  for (const auto& root : member(member(asked.inputs, roots_key), "roots"))
    if (auto directory = directory_of(root); !directory.empty()) {
      arguments["cwd"] = std::move(directory);
      break;
    }
  return arguments;
}

} // namespace troupe::mcp
