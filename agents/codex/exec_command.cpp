#include "agents/codex/exec_command.hpp"

#include "agents/agent_line.hpp"
#include "agents/codex/settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace troupe::agents::codex {

namespace {

using argument_list = std::vector<std::string>;

struct exec_config {
  std::optional<std::string> model;
  std::optional<sandbox_mode> sandbox;
  std::optional<raw_json> config;
  argument_list args;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("model", &exec_config::model, "Model name."),
      optional("sandbox", &exec_config::sandbox, "What commands may touch."),
      optional(
        "config", &exec_config::config, "Members of its configuration file, for once."),
      optional("args", &exec_config::args, "Further arguments of codex exec."),
    };
  }
};

/// Arguments that are ours, or would do something else than a turn.
constexpr auto not_taken = std::to_array<std::string_view>(
  {"-",
   "--help",
   "--json",
   "--output-last-message",
   "--sandbox",
   "-h",
   "-o",
   "-s",
   "help",
   "resume",
   "review"});

check check_exec(const exec_config& config) {
  if (config.model && config.model->empty())
    return mismatch{"model", "expected the name of a model"};
  for (std::size_t i = 0; i < config.args.size(); ++i) {
    const auto name =
      std::string_view(config.args[i]).substr(0, config.args[i].find('='));
    if (std::ranges::find(not_taken, name) != not_taken.end())
      return within(
        "args",
        mismatch{
          "[" + std::to_string(i) + "]",
          std::string(name) + " is not taken here; the prompt comes on stdin, and "
                              "events go to stdout"});
  }
  return {};
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-';
  });
}

bool is_plain(const json& value) {
  return value.is_string() || value.is_number() || value.is_boolean();
}

/// A word for each member that is no table: what JSON writes of the rest is TOML too.
check add_members(const json& table, const std::string& path, argument_list& to) {
  for (const auto& [key, value] : table.items()) {
    if (!is_bare_key(key))
      return mismatch{
        path + key, "a name of letters, digits, dashes and underscores is expected"};
    if (value.is_object()) {
      if (auto bad = add_members(value, path + key + ".", to))
        return bad;
      continue;
    }
    const bool fits =
      is_plain(value) ||
      (value.is_array() && std::all_of(value.begin(), value.end(), is_plain));
    if (!fits)
      return mismatch{
        path + key, "expected text, a number, true, false, or a list of these"};
    to.insert(to.end(), {"-c", path + key + "=" + print_json(value)});
  }
  return {};
}

check add_config(const exec_config& config, argument_list& to) {
  if (!config.config)
    return {};
  const auto table = parse_json(config.config->text).value_or(json::object());
  return within("config", add_members(table, "", to));
}

/// What it has no way to ask about.
check check_policy(const permission_policy& policy) {
  for (const auto& [name, list] :
       {std::pair{"deny", &policy.deny}, std::pair{"ask", &policy.ask}})
    if (!list->empty())
      return mismatch{
        std::string("permissions.") + name,
        "codex_exec asks for nothing, so this cannot be held; use backend codex, or "
        "backend_config.sandbox"};
  return {};
}

} // namespace

result<start_line> start_exec(const attempt_plan& plan) {
  const auto config = read_config<exec_config>(plan.backend_config);
  if (!config)
    return fail(config.error());
  if (const auto bad = check_policy(plan.permissions))
    return fail(errc::invalid_argument, to_string(*bad));
  auto argv = plan.command.empty() ? argument_list{"codex"} : plan.command;
  argv.insert(argv.end(), {"exec", "--json", "--skip-git-repo-check"});
  if (config->model)
    argv.insert(argv.end(), {"-m", *config->model});
  if (config->sandbox)
    argv.insert(argv.end(), {"-s", std::string(to_string(*config->sandbox))});
  auto bad = check_exec(*config);
  if (!bad)
    bad = add_config(*config, argv);
  if (bad)
    return fail(
      errc::invalid_argument, to_string(*within("backend_config", std::move(bad))));
  argv.insert(argv.end(), config->args.begin(), config->args.end());
  if (plan.resume && plan.session)
    argv.insert(argv.end(), {"resume", *plan.session});
  argv.emplace_back("-");
  if (auto refused = check_argv(argv))
    return fail(errc::invalid_argument, "codex_exec: " + to_string(*refused));
  return start_line{.argv = std::move(argv)};
}

} // namespace troupe::agents::codex
