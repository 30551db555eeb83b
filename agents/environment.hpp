#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::agents {

using environment = std::map<std::string, std::string>;

/// The client's environment without what would tell the agent that it is someone else:
/// CLAUDECODE, CLAUDE_CODE_SESSION_ID, CLAUDE_CODE_ENTRYPOINT, CODEX_CI, CODEX_*_ID,
/// CODEX_SANDBOX_NETWORK_DISABLED, MCP_* and TROUPE_*.
[[nodiscard]] environment inherited(const environment& of_client);

/// What a clean environment keeps: HOME, PATH, USER, LOGNAME, SHELL, LANG, LC_*, TZ,
/// TERM, TMPDIR.
[[nodiscard]] environment clean(const environment& of_client);

/// What an agent may know of itself (mission R19).
struct run_marks {
  std::string run_id;
  std::string agent_name;
  std::optional<std::string> parent_run_id;
  std::uint32_t depth = 1;
  std::string state_dir;
  std::string token_file;
};

/// `NAME=value` lines for one attempt: base, then added, then the marks. PATH is never
/// touched unless `added` names it.
[[nodiscard]] std::vector<std::string>
environment_of(environment base, const environment& added, const run_marks& marks);

} // namespace troupe::agents
