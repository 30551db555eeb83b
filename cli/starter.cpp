#include "cli/starter.hpp"

#include "cli/birth.hpp"
#include "keeper/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::cli {

using keeper::descriptor;

namespace {

constexpr std::array<std::string_view, 10> kept_names{
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "TZ",
  "TMPDIR",
  "TROUPE_CONFIG",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR"};
constexpr std::array<std::string_view, 3> kept_prefixes{"LC_", "XDG_", "TROUPE_PROBE_"};

bool is_kept(std::string_view name) {
  return std::ranges::find(kept_names, name) != kept_names.end() ||
         std::ranges::any_of(
           kept_prefixes, [&](auto prefix) { return name.starts_with(prefix); });
}

/// In the child: the outcome is what it writes, nothing being success.
[[noreturn]] void start_and_tell(const place& where, int to) {
  signal(SIGPIPE, SIG_IGN);
  auto done = give_birth(where);
  if (!done) {
    const auto& text = done.error().message;
    const auto written =
      write(to, text.data(), std::min<std::size_t>(text.size(), 4096));
    _exit(written > 0 ? 1 : 2);
  }
  _exit(0);
}

result<void> await(const place& where) {
  using namespace std::chrono;
  const auto by = steady_clock::now() + 2 * starter::patience;
  starter start(where);
  while (true) {
    if (auto done = start.outcome())
      return std::move(*done);
    const auto left = ceil<milliseconds>(by - steady_clock::now()).count();
    if (left <= 0)
      return fail(
        errc::timeout,
        "the daemon's start takes too long; see " + where.state + "/daemon.log");
    pollfd news{start.fd(), POLLIN, 0};
    poll(&news, 1, static_cast<int>(left));
  }
}

} // namespace

result<descriptor> connect_to(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return fail(
      errc::invalid_argument, "the socket's path is too long: " + socket_path);
  std::ranges::copy(socket_path, address.sun_path);
  descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd)
    return keeper::fail_errno(errc::busy, "cannot make a socket for", socket_path);
  if (connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) {
    const auto code = errno == ENOENT || errno == ECONNREFUSED ? errc::not_found
                      : errno == EAGAIN                        ? errc::busy
                                                               : errc::refused;
    return keeper::fail_errno(code, "no daemon answers on", socket_path);
  }
  return fd;
}

std::vector<std::string>
daemon_environment(const std::vector<std::string>& full, const place& where) {
  std::vector<std::string> kept;
  for (const auto& entry : full) {
    const auto name = std::string_view(entry).substr(0, entry.find('='));
    if (is_kept(name) && !(where.config && name == "TROUPE_CONFIG"))
      kept.push_back(entry);
  }
  if (where.config)
    kept.push_back("TROUPE_CONFIG=" + *where.config);
  if (where.http)
    kept.push_back("TROUPE_HTTP=" + *where.http);
  if (!where.http_token)
    kept.emplace_back("TROUPE_HTTP_TOKEN=off");
  return kept;
}

starter::starter(const place& where) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0) {
    text_ = "cannot start the daemon: " + std::string(strerror(errno));
    return;
  }
  news_.reset(ends[0]);
  descriptor telling(ends[1]);
  pid_ = fork();
  if (pid_ == 0)
    start_and_tell(where, telling.get());
  if (pid_ < 0) {
    text_ = "cannot start the daemon: " + std::string(strerror(errno));
    news_.reset();
  }
}

starter::~starter() {
  if (pid_ > 0)
    kill(pid_, SIGKILL);
  reap();
}

void starter::reap() {
  int status = 0;
  while (pid_ > 0 && waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (status != 0 && text_.empty())
    text_ = "the start of the daemon was interrupted; try again";
}

std::optional<result<void>> starter::outcome() {
  if (pid_ > 0) {
    std::array<char, 4096> some{};
    pollfd ready{news_.get(), POLLIN, 0};
    while (poll(&ready, 1, 0) == 1) {
      const auto n = read(news_.get(), some.data(), some.size());
      if (n > 0) {
        text_.append(some.data(), static_cast<std::size_t>(n));
        continue;
      }
      reap();
      break;
    }
    if (pid_ > 0)
      return {};
  }
  if (text_.empty())
    return result<void>();
  return result<void>(fail(errc::unavailable, text_));
}

result<descriptor> reach_daemon(const place& where) {
  auto link = connect_to(where.socket);
  if (link || link.error().code != errc::not_found)
    return link;
  if (where.inside_run)
    return fail(errc::refused, link.error().message + "; " + forbidden_inside(where));
  if (auto done = await(where); !done)
    return fail(std::move(done.error()));
  return connect_to(where.socket);
}

} // namespace troupe::cli
