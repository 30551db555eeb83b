#include "agents/a2a/remote.hpp"
#include "agents/a2a/settings.hpp"
#include "agents/acp/acp.hpp"
#include "agents/acp/command_line.hpp"
#include "agents/adapter.hpp"
#include "agents/claude/claude_code.hpp"
#include "agents/claude/command_line.hpp"
#include "agents/codex/app_server.hpp"
#include "agents/codex/exec.hpp"
#include "agents/codex/exec_command.hpp"
#include "agents/codex/settings.hpp"
#include "agents/process.hpp"

#include <algorithm>

namespace troupe::agents {

const std::vector<backend_type>& backend_types() {
  static const std::vector<backend_type> table{
    {
      .name = "acp",
      .title = "Any agent of the Agent Client Protocol",
      .resumes = true,
      .interrupts = true,
      .rest_s = 2,
      .files = file_kinds::any,
      .start = acp::start,
      .make = acp::make,
    },
    {
      .name = "claude_code",
      .title = "Claude Code",
      .resumes = true,
      .interrupts = true,
      .personas = true,
      .schemas = true,
      .home = "CLAUDE_CONFIG_DIR",
      .takeover = claude::takeover,
      .files = file_kinds::documents,
      .start = claude::start,
      .make = claude::make,
    },
    {
      .name = "codex",
      .title = "Codex",
      .resumes = true,
      .interrupts = true,
      .personas = true,
      .schemas = true,
      .home = "CODEX_HOME",
      .takeover = codex::takeover,
      .files = file_kinds::images,
      .start = codex::start,
      .make = codex::make,
    },
    {
      .name = "codex_exec",
      .title = "Codex, for one turn",
      .resumes = true,
      .start = codex::start_exec,
      .make = codex::make_exec,
    },
    {
      .name = "process",
      .title = "Any program that prints lines",
      .files = file_kinds::any,
      .start = start_process,
      .make = make_process,
    },
    {
      .name = "remote_a2a",
      .title = "A remote agent of the A2A protocol",
      .resumes = true,
      .interrupts = true,
      .interrupt_s = 20,
      .files = file_kinds::any,
      .start = a2a::start,
      .make = a2a::make,
    },
  };
  return table;
}

const backend_type* find_backend(std::string_view name) {
  const auto& table = backend_types();
  const auto found = std::ranges::find(table, name, &backend_type::name);
  return found == table.end() ? nullptr : &*found;
}

} // namespace troupe::agents
