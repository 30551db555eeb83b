#include "agents/codex/settings.hpp"

#include "agents/agent_line.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace troupe::agents::codex {

namespace {

std::vector<std::string> program(const attempt_plan& plan) {
  return plan.command.empty() ? std::vector<std::string>{"codex"} : plan.command;
}

enum class approval_policy : std::uint8_t { untrusted, on_request, never };

constexpr auto names(approval_policy) {
  return std::to_array<std::string_view>({"untrusted", "on-request", "never"});
}

struct codex_config {
  std::optional<std::string> model;
  std::optional<sandbox_mode> sandbox;
  std::optional<approval_policy> approval;
  std::optional<std::string> developer_instructions;
  std::optional<raw_json> config;
  std::vector<std::string> args;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("model", &codex_config::model, "Model name."),
      optional("sandbox", &codex_config::sandbox, "What commands may touch."),
      optional(
        "approval_policy",
        &codex_config::approval,
        "When the agent asks before it does something."),
      optional(
        "developer_instructions",
        &codex_config::developer_instructions,
        "Added to its instructions."),
      optional(
        "config",
        &codex_config::config,
        "Members of its configuration file, for this conversation."),
      optional("args", &codex_config::args, "Further arguments of codex app-server."),
    };
  }
};

/// Arguments that are ours, or would start something else than a server on stdio.
constexpr auto reserved = std::to_array<std::string_view>(
  {"--help",
   "--listen",
   "--print-startup-config",
   "--stdio",
   "-h",
   "daemon",
   "generate-json-schema",
   "generate-ts",
   "help",
   "proxy"});

check check_args(const std::vector<std::string>& args) {
  for (std::size_t i = 0; i < args.size(); ++i) {
    const auto name = std::string_view(args[i]).substr(0, args[i].find('='));
    if (std::ranges::find(reserved, name) != reserved.end())
      return within(
        "args",
        mismatch{
          "[" + std::to_string(i) + "]",
          std::string(name) + " is not taken here; the protocol needs a server on "
                              "stdin and stdout"});
  }
  return {};
}

check check_config(const codex_config& config) {
  if (config.model && config.model->empty())
    return mismatch{"model", "expected the name of a model"};
  return check_args(config.args);
}

codex_config config_of(const attempt_plan& plan) {
  return read_config<codex_config>(plan.backend_config).value_or(codex_config{});
}

json object_of(const raw_json& text) {
  return parse_json(text.text).value_or(json::object());
}

std::string instructions(const attempt_plan& plan, const codex_config& config) {
  auto text = plan.persona.value_or("");
  if (const auto& more = config.developer_instructions)
    text.append(text.empty() ? "" : "\n\n").append(*more);
  return text;
}

} // namespace

std::vector<std::string>
takeover(const attempt_plan& plan, const std::string& session) {
  auto argv = program(plan);
  argv.insert(argv.end(), {"resume", session});
  return argv;
}

result<start_line> start(const attempt_plan& plan) {
  const auto config = read_config<codex_config>(plan.backend_config);
  if (!config)
    return fail(config.error());
  if (const auto bad = within("backend_config", check_config(*config)))
    return fail(errc::invalid_argument, to_string(*bad));
  auto argv = program(plan);
  argv.emplace_back("app-server");
  argv.insert(argv.end(), config->args.begin(), config->args.end());
  if (auto refused = check_argv(argv))
    return fail(errc::invalid_argument, "codex: " + to_string(*refused));
  return start_line{.argv = std::move(argv)};
}

json thread_params(const attempt_plan& plan) {
  const auto config = config_of(plan);
  const bool strict = !plan.permissions.ask.empty() || !plan.permissions.deny.empty();
  const auto asks = config.approval.value_or(
    strict ? approval_policy::untrusted : approval_policy::on_request);
  json params{{"cwd", plan.cwd}, {"approvalPolicy", to_string(asks)}};
  if (config.sandbox)
    params["sandbox"] = to_string(*config.sandbox);
  if (config.model)
    params["model"] = *config.model;
  if (auto text = instructions(plan, config); !text.empty())
    params["developerInstructions"] = std::move(text);
  if (config.config)
    params["config"] = object_of(*config.config);
  if (plan.resume && plan.session) {
    params["threadId"] = *plan.session;
    params["excludeTurns"] = true;
  }
  return params;
}

json output_schema(const attempt_plan& plan) {
  return plan.output_schema ? object_of(*plan.output_schema) : json();
}

} // namespace troupe::agents::codex
