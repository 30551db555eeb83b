#include "agents/environment.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace troupe::agents {

namespace {

bool tells_of_another(std::string_view name) {
  constexpr auto names = std::to_array<std::string_view>(
    {"CLAUDECODE",
     "CLAUDE_CODE_ENTRYPOINT",
     "CLAUDE_CODE_SESSION_ID",
     "CODEX_CI",
     "CODEX_SANDBOX_NETWORK_DISABLED",
     "CODEX_SESSION_ID",
     "CODEX_THREAD_ID",
     "CODEX_TOOL_CALL_ID"});
  return std::ranges::find(names, name) != names.end() || name.starts_with("MCP_") ||
         name.starts_with("TROUPE_");
}

bool is_basic(std::string_view name) {
  constexpr auto names = std::to_array<std::string_view>(
    {"HOME", "PATH", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TERM", "TMPDIR"});
  return std::ranges::find(names, name) != names.end() || name.starts_with("LC_");
}

} // namespace

environment inherited(const environment& of_client) {
  auto kept = of_client;
  std::erase_if(kept, [](const auto& each) { return tells_of_another(each.first); });
  return kept;
}

environment clean(const environment& of_client) {
  auto kept = of_client;
  std::erase_if(kept, [](const auto& each) { return !is_basic(each.first); });
  return kept;
}

std::vector<std::string>
environment_of(environment base, const environment& added, const run_marks& marks) {
  for (const auto& [name, value] : added)
    base[name] = value;
  base["TROUPE_RUN_ID"] = marks.run_id;
  base["TROUPE_AGENT_NAME"] = marks.agent_name;
  base["TROUPE_DEPTH"] = std::to_string(marks.depth);
  base["TROUPE_STATE_DIR"] = marks.state_dir;
  base["TROUPE_TOKEN_FILE"] = marks.token_file;
  base.erase("TROUPE_PARENT_RUN_ID");
  if (marks.parent_run_id)
    base["TROUPE_PARENT_RUN_ID"] = *marks.parent_run_id;
  std::vector<std::string> lines;
  for (const auto& [name, value] : base)
    lines.push_back(name + "=" + value);
  return lines;
}

} // namespace troupe::agents
