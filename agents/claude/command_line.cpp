#include "agents/claude/command_line.hpp"

#include "agents/agent_line.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe::agents::claude {

namespace {

std::vector<std::string> program(const attempt_plan& plan) {
  return plan.command.empty() ? std::vector<std::string>{"claude"} : plan.command;
}

enum class permission_mode : std::uint8_t {
  default_,
  accept_edits,
  auto_,
  bypass_permissions,
  dont_ask,
  manual,
  plan,
};

constexpr auto names(permission_mode) {
  return std::to_array<std::string_view>(
    {"default",
     "acceptEdits",
     "auto",
     "bypassPermissions",
     "dontAsk",
     "manual",
     "plan"});
}

struct claude_config {
  std::optional<std::string> model;
  std::optional<permission_mode> mode;
  std::vector<std::string> args;
  std::optional<std::string> append_system_prompt;
  std::optional<std::uint32_t> max_turns;
  std::vector<std::string> allowed_tools;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("model", &claude_config::model, "Model name or alias."),
      optional(
        "permission_mode",
        &claude_config::mode,
        "How the agent itself settles permissions before it asks."),
      optional("args", &claude_config::args, "Further arguments."),
      optional(
        "append_system_prompt",
        &claude_config::append_system_prompt,
        "Added to its instructions."),
      optional("max_turns", &claude_config::max_turns, "Most model turns."),
      optional(
        "allowed_tools",
        &claude_config::allowed_tools,
        "Tool patterns the agent does not ask about."),
    };
  }
};

/// Arguments that are ours, and what to use instead.
struct reserved_argument {
  std::string_view name;
  std::string_view instead;
};

constexpr auto reserved = std::to_array<reserved_argument>({
  {"--allow-dangerously-skip-permissions", "permission_mode: bypassPermissions"},
  {"--continue", "session_mode: resume"},
  {"--dangerously-skip-permissions", "permission_mode: bypassPermissions"},
  {"--fork-session", "session_mode: new"},
  {"--input-format", "nothing; the protocol needs stream-json"},
  {"--json-schema", "output_schema"},
  {"--no-session-persistence", "nothing; restarts need the session"},
  {"--output-format", "nothing; the protocol needs stream-json"},
  {"--permission-mode", "permission_mode"},
  {"--permission-prompt-tool", "permissions"},
  {"--print", "nothing; it is always given"},
  {"--replay-user-messages", "nothing; inputs are recorded already"},
  {"--resume", "session_mode: resume and session_id"},
  {"--session-id", "session_mode: resume and session_id"},
  {"-c", "session_mode: resume"},
  {"-p", "nothing; it is always given"},
  {"-r", "session_mode: resume and session_id"},
});

check check_args(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const auto name = std::string_view(args[i]).substr(0, args[i].find('='));
    const auto found = std::ranges::find(reserved, name, &reserved_argument::name);
    if (found == reserved.end())
      continue;
    const auto reason =
      std::string(name) + " is not taken here; use " + std::string(found->instead);
    return within("args", mismatch{"[" + std::to_string(i) + "]", reason});
  }
  return {};
}

check check_config(const claude_config& config) {
  if (config.model && (config.model->empty() || config.model->starts_with('-')))
    return mismatch{"model", "expected the name of a model"};
  if (config.max_turns == 0u)
    return mismatch{"max_turns", "must be at least 1"};
  for (const auto& tool : config.allowed_tools)
    if (tool.empty() || tool.starts_with('-'))
      return mismatch{"allowed_tools", "expected tool patterns such as Bash(git *)"};
  return check_args(config.args);
}

void append(
  std::vector<std::string>& argv,
  std::string_view option,
  const std::vector<std::string>& values) {
  if (values.empty())
    return;
  argv.emplace_back(option);
  for (const auto& value : values)
    if (!value.empty() && !value.starts_with('-'))
      argv.push_back(value);
}

std::string instructions(const attempt_plan& plan, const claude_config& config) {
  auto text = plan.persona.value_or("");
  if (const auto& more = config.append_system_prompt)
    text.append(text.empty() ? "" : "\n\n").append(*more);
  return text;
}

std::vector<std::string>
command_line(const attempt_plan& plan, const claude_config& config) {
  auto argv = program(plan);
  for (const auto word :
       {"-p", "--input-format", "stream-json", "--output-format", "stream-json"})
    argv.emplace_back(word);
  if (config.model)
    append(argv, "--model", {*config.model});
  if (config.mode)
    append(argv, "--permission-mode", {std::string(to_string(*config.mode))});
  if (config.max_turns)
    append(argv, "--max-turns", {std::to_string(*config.max_turns)});
  append(argv, "--allowedTools", config.allowed_tools);
  append(argv, "--disallowedTools", plan.permissions.deny);
  argv.insert(argv.end(), {"--verbose", "--permission-prompt-tool", "stdio"});
  if (plan.session)
    argv.insert(argv.end(), {plan.resume ? "--resume" : "--session-id", *plan.session});
  if (auto text = instructions(plan, config); !text.empty())
    argv.insert(argv.end(), {"--append-system-prompt", std::move(text)});
  if (plan.output_schema)
    argv.insert(argv.end(), {"--json-schema", plan.output_schema->text});
  argv.insert(argv.end(), config.args.begin(), config.args.end());
  return argv;
}

} // namespace

std::vector<std::string>
takeover(const attempt_plan& plan, const std::string& session) {
  auto argv = program(plan);
  argv.insert(argv.end(), {"--resume", session});
  return argv;
}

result<start_line> start(const attempt_plan& plan) {
  const auto config = read_config<claude_config>(plan.backend_config);
  if (!config)
    return fail(config.error());
  auto bad = within("backend_config", check_config(*config));
  if (!bad && plan.session && plan.session->starts_with('-'))
    bad = mismatch{"session_id", "not the id of a session"};
  if (bad)
    return fail(errc::invalid_argument, to_string(*bad));
  auto argv = command_line(plan, *config);
  if (auto refused = check_argv(argv))
    return fail(errc::invalid_argument, "claude_code: " + to_string(*refused));
  return start_line{.argv = std::move(argv)};
}

} // namespace troupe::agents::claude
