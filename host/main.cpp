#include "host/host.hpp"
#include "keeper/wire.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>

/// troupe-supervisor: a small host around the supervisor library. Started by the keeper
/// only, with its descriptors at hand (keeper/wire.hpp).
namespace {

std::optional<std::string> option(int argc, char** argv, std::string_view name) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name)
      return argv[i + 1];
  return {};
}

/// --config, else TROUPE_CONFIG: these must be readable. Else the user's own, if there
/// is one.
std::optional<std::string> configuration_file(int argc, char** argv) {
  if (auto given = option(argc, argv, "--config"))
    return given;
  if (const char* named = std::getenv("TROUPE_CONFIG"); named && *named)
    return named;
  if (const char* base = std::getenv("XDG_CONFIG_HOME"); base && *base == '/')
    return std::string(base) + "/troupe/troupe.yml";
  if (const char* home = std::getenv("HOME"); home && *home == '/')
    return std::string(home) + "/.config/troupe/troupe.yml";
  return {};
}

/// TROUPE_HTTP, as `troupe daemon --http` sets it, is stronger than the file; `off`
/// leaves that door to another daemon of the user's. A daemon
/// with a door for HTTP does not end by idleness: who comes by it cannot start another.
void heed_environment(troupe::store::configuration& config) {
  if (const char* address = std::getenv("TROUPE_HTTP"); address && *address)
    config.http.address = address;
  if (config.http.address == "off")
    config.http.address.reset();
  if (const char* token = std::getenv("TROUPE_HTTP_TOKEN");
      token && std::string_view(token) == "off")
    config.http.token = false;
  if (config.http.address)
    config.idle_exit_s = 0;
}

int refuse(const std::string& why) {
  std::fprintf(stderr, "troupe-supervisor: %s\n", why.c_str());
  return 2;
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::printf("troupe-supervisor %s\n", TROUPE_VERSION);
    return 0;
  }
  const char* epoch = std::getenv("TROUPE_EPOCH");
  const auto state_dir = option(argc, argv, "--state-dir");
  if (!epoch || !state_dir)
    return refuse("is started by the daemon; use `troupe daemon start`");
  troupe::store::configuration config;
  if (const auto file = configuration_file(argc, argv)) {
    auto read = troupe::store::read_configuration(*file);
    if (!read)
      return refuse(read.error().message);
    config = std::move(*read);
  }
  heed_environment(config);
  using namespace troupe::keeper;
  for (const int fd : {link_fd, listener_fd, lock_fd, keeper_fd})
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  std::signal(SIGPIPE, SIG_IGN);
  spdlog::set_default_logger(spdlog::stderr_logger_mt("troupe"));
  spdlog::set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  auto http = troupe::host::open_http(config.http, *state_dir);
  return troupe::host::serve(
    {.state_dir = *state_dir,
     .config = std::move(config),
     .link = link_fd,
     .listener = listener_fd,
     .lock = lock_fd,
     .keeper = keeper_fd,
     .epoch = std::strtoull(epoch, nullptr, 10),
     .keeper_pid = getppid(),
     .http = std::move(http)});
}
