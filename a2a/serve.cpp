#include "a2a/serve.hpp"

#include "a2a/door.hpp"
#include "protocol/identity.hpp"

#include <boost/asio/signal_set.hpp>

#include <csignal>
#include <cstdlib>

namespace troupe::a2a {

namespace {

constexpr int exit_usage = 2;
constexpr int exit_unreachable = 4;

result<std::string> token_of(const a2a_service& what) {
  if (!what.wants_token)
    return std::string();
  if (!what.token_env)
    return new_token();
  const char* value = std::getenv(what.token_env->c_str());
  if (!value || !*value)
    return fail(
      errc::invalid_argument, "there is no token in the variable " + *what.token_env);
  return std::string(value);
}

std::string host_of(const std::string& address) {
  return address.find(':') == address.npos ? address : "[" + address + "]";
}

json payload(const std::string& url, const std::string& token) {
  json config{{"agent_url", url}};
  if (!token.empty())
    config["token"] = token;
  return {
    {"backend", "remote_a2a"},
    {"prompt", "what it is to do"},
    {"backend_config", std::move(config)}};
}

} // namespace

int serve(
  const a2a_service& what, const std::function<void(const std::string&)>& tell) {
  const auto token = token_of(what);
  if (!token) {
    tell("troupe a2a serve: " + token.error().message);
    return exit_usage;
  }
  boost::asio::io_context context(1);
  int code = 0;
  mcp_client tools(context, tools_in_fd, tools_out_fd, [&] {
    tell("troupe a2a serve: the daemon cannot be reached any more");
    code = exit_unreachable;
    context.stop();
  });
  try {
    door entry(context, what.listen, what.port);
    const auto url = what.url.value_or(
      "http://" + host_of(what.listen) + ":" + std::to_string(entry.port()));
    const offer served{
      .backend = what.backend,
      .cwd = what.cwd,
      .name = what.name,
      .url = url,
      .wants_token = what.wants_token};
    desk behind(served, tools);
    entry.open(served, *token, behind);
    tools.greet();
    tell("agent_url: " + url);
    tell("spawn_run: " + print_json(payload(url, *token)));
    boost::asio::signal_set stops(context, SIGINT, SIGTERM, SIGHUP);
    stops.async_wait([&](const boost::system::error_code&, int) { context.stop(); });
    context.run();
  } catch (const boost::system::system_error& e) {
    tell("troupe a2a serve: cannot listen on " + what.listen + ": " + e.what());
    return exit_usage;
  }
  return code;
}

} // namespace troupe::a2a
