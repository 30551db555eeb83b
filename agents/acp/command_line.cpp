#include "agents/acp/command_line.hpp"

#include "agents/agent_line.hpp"

#include <array>

namespace troupe::agents::acp {

namespace {

enum class known_agent : std::uint8_t {
  claude_agent_acp,
  codex_acp,
  gemini,
  goose,
  opencode
};

constexpr auto names(known_agent) {
  return std::to_array<std::string_view>(
    {"claude-agent-acp", "codex-acp", "gemini", "goose", "opencode"});
}

std::vector<std::string> command_of(known_agent agent) {
  switch (agent) {
  case known_agent::claude_agent_acp:
    return {"claude-agent-acp"};
  case known_agent::codex_acp:
    return {"codex-acp"};
  case known_agent::gemini:
    return {"gemini", "--acp"};
  case known_agent::goose:
    return {"goose", "acp"};
  case known_agent::opencode:
    break;
  }
  return {"opencode", "acp"};
}

struct acp_config {
  std::optional<known_agent> agent;
  std::optional<std::vector<std::string>> command;
  std::vector<std::string> args;
  std::optional<std::string> mode;
  std::uint32_t version = stable_version;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "agent", &acp_config::agent, "A known agent, started by its usual name."),
      optional("command", &acp_config::command, "The program and its arguments."),
      optional("args", &acp_config::args, "Added to the command."),
      optional(
        "permission_mode",
        &acp_config::mode,
        "The mode its session is put into, by the agent's own name for it."),
      optional(
        "protocol_version",
        &acp_config::version,
        "The newest offered: 1, or 2, a draft."),
    };
  }
};

check check_config(const acp_config& config) {
  if (config.version != stable_version && config.version != draft_version)
    return mismatch{"protocol_version", "must be 1 or 2"};
  if (config.mode && config.mode->empty())
    return mismatch{"permission_mode", "expected the name of a mode"};
  if (config.command && config.agent)
    return mismatch{"agent", "give either agent or command"};
  return {};
}

std::vector<std::string> argv_of(const attempt_plan& plan, const acp_config& config) {
  auto argv = config.command.value_or(plan.command);
  if (argv.empty() && config.agent)
    argv = command_of(*config.agent);
  argv.insert(argv.end(), config.args.begin(), config.args.end());
  return argv;
}

} // namespace

result<start_line> start(const attempt_plan& plan) {
  const auto config = read_config<acp_config>(plan.backend_config);
  if (!config)
    return fail(config.error());
  if (auto bad = within("backend_config", check_config(*config)))
    return fail(errc::invalid_argument, to_string(*bad));
  auto argv = argv_of(plan, *config);
  if (argv.empty())
    return fail(
      errc::invalid_argument,
      "backend_config: names no agent; give agent (claude-agent-acp, codex-acp, "
      "gemini, "
      "goose or opencode), or command, the program and its arguments as a list");
  if (auto bad = check_argv(argv))
    return fail(
      errc::invalid_argument, to_string(*within("backend_config.command", bad)));
  return start_line{.argv = std::move(argv)};
}

talk_settings settings_of(const attempt_plan& plan) {
  const auto config = read_config<acp_config>(plan.backend_config);
  if (!config)
    return {};
  return {.version = config->version, .mode = config->mode};
}

} // namespace troupe::agents::acp
