#include "cli/place.hpp"

#include "cli/surroundings.hpp"
#include "keeper/files.hpp"
#include "keeper/paths.hpp"
#include "protocol/identity.hpp"
#include "protocol/text.hpp"

#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <unistd.h>

namespace troupe::cli {

namespace {

std::optional<std::string> token_of_run() {
  const char* file = std::getenv("TROUPE_TOKEN_FILE");
  if (!file || !*file)
    return {};
  auto token = keeper::read_file(file);
  while (token && !token->empty() && token->back() <= ' ')
    token->pop_back();
  return token;
}

} // namespace

result<place> find_place(
  const std::optional<std::string>& state, const std::optional<std::string>& config) {
  auto directory = keeper::state_dir(state);
  if (!directory)
    return fail(std::move(directory.error()));
  auto socket = keeper::socket_path(*directory);
  if (!socket)
    return fail(std::move(socket.error()));
  place p;
  p.state = std::move(*directory);
  p.socket = std::move(*socket);
  if (config)
    p.config = std::filesystem::absolute(*config).string();
  p.inside_run = sign_of_run(read_surroundings());
  return p;
}

std::string forbidden_inside(const place& where) {
  return "this is inside an agent's run (" + where.inside_run.value_or("") +
         "), which may neither start nor stop a daemon; ask the person whose agents "
         "these are to do it: troupe daemon start|stop --state-dir " +
         where.state;
}

std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && equals > 0 && is_utf8(text))
      all.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return all;
}

hello greeting(const std::optional<std::string>& toolsets) {
  hello h;
  h.relay = new_uuid();
  std::error_code ignored;
  h.cwd = std::filesystem::current_path(ignored).string();
  h.env = own_environment();
  h.token = token_of_run();
  h.toolsets = toolsets;
  return h;
}

} // namespace troupe::cli
