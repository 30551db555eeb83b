#include "agents/a2a/settings.hpp"

#include "agents/agent_line.hpp"

#include <map>

namespace troupe::agents::a2a {

namespace {

struct remote_config {
  std::string agent_url;
  std::optional<std::string> token;
  std::optional<std::string> token_env;
  std::map<std::string, std::string> headers;
  std::vector<std::string> origins;
  std::optional<dialect> version;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("agent_url", &remote_config::agent_url, "The agent, or its card."),
      optional("token", &remote_config::token, "Sent as a bearer token."),
      optional(
        "token_env",
        &remote_config::token_env,
        "Instead: the variable of the run's environment that holds it."),
      optional("headers", &remote_config::headers, "Sent with every request."),
      optional(
        "origins",
        &remote_config::origins,
        "Where else its card may say that it is reached."),
      optional(
        "protocol_version", &remote_config::version, "1.0 or 0.3, and no other."),
    };
  }
};

result<remote_config> config_of(const attempt_plan& plan) {
  const auto refuse = [](std::string_view member, const std::string& why) {
    return fail(
      errc::invalid_argument, "backend_config." + std::string(member) + ": " + why);
  };
  auto config = read_config<remote_config>(plan.backend_config);
  if (!config)
    return fail(std::move(config.error()));
  if (auto url = parse_web_address(config->agent_url); !url)
    return refuse("agent_url", url.error().message);
  if (config->token && config->token_env)
    return refuse("token_env", "give either token or token_env");
  for (auto& origin : config->origins) {
    const auto url = parse_web_address(origin);
    if (!url)
      return refuse("origins", url.error().message);
    origin = url->origin();
  }
  return config;
}

} // namespace

result<start_line> start(const attempt_plan& plan) {
  const auto config = config_of(plan);
  if (!config)
    return fail(config.error());
  start_line line{.argv = plan.command};
  if (line.argv.empty())
    line.argv = {plan.programs + "/troupe-a2a"};
  if (config->token)
    line.env["TROUPE_A2A_TOKEN"] = *config->token;
  if (config->token_env)
    line.env["TROUPE_A2A_TOKEN_ENV"] = *config->token_env;
  if (!config->headers.empty())
    line.env["TROUPE_A2A_HEADERS"] = print_json(encode(config->headers));
  return line;
}

result<talk_settings> settings_of(const attempt_plan& plan) {
  auto config = config_of(plan);
  if (!config)
    return fail(std::move(config.error()));
  return talk_settings{
    .agent = *parse_web_address(config->agent_url),
    .origins = std::move(config->origins),
    .only = config->version};
}

} // namespace troupe::agents::a2a
