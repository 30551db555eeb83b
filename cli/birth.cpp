#include "cli/birth.hpp"

#include "cli/starter.hpp"
#include "keeper/descriptor.hpp"
#include "keeper/files.hpp"
#include "keeper/paths.hpp"
#include "keeper/spawn.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace troupe::cli {

namespace {

using keeper::descriptor;
using keeper::fail_errno;

constexpr int ready_fd = 3;
constexpr std::size_t told_bytes_max = 2000;

struct nativity {
  descriptor log;
  descriptor ready; ///< The daemon's end.
  descriptor news;  ///< Ours.
  off_t log_was = 0;
};

result<nativity> prepare(const place& where) {
  nativity n;
  const auto path = where.state + "/daemon.log";
  n.log.reset(
    open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!n.log)
    return fail_errno(errc::refused, "cannot write the daemon's log", path);
  n.log_was = lseek(n.log.get(), 0, SEEK_END);
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0)
    return fail_errno(errc::busy, "cannot make a pipe", "to the daemon");
  n.news.reset(ends[0]);
  n.ready.reset(ends[1]);
  return n;
}

void forget_signals() {
  struct sigaction ordinary {};
  ordinary.sa_handler = SIG_DFL;
  for (int n = 1; n < NSIG; ++n)
    sigaction(n, &ordinary, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::vector<std::string> keeper_argv(const place& where) {
  std::vector<std::string> argv{
    "troupe",
    "keeper",
    "--state-dir",
    where.state,
    "--ready-fd",
    std::to_string(ready_fd)};
  if (where.owner)
    argv.insert(argv.end(), {"--owner", *where.owner});
  if (where.fleeting)
    argv.emplace_back("--fleeting");
  return argv;
}

/// In the daemon's process, up to and including exec: by name, so that it is listed as
/// `troupe`; through the link if that name is no more.
[[noreturn]] void become_daemon(const place& where, nativity& n) {
  const descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const descriptor log(fcntl(n.log.get(), F_DUPFD_CLOEXEC, ready_fd + 1));
  const descriptor ready(fcntl(n.ready.get(), F_DUPFD_CLOEXEC, ready_fd + 1));
  dup2(nothing.get(), STDIN_FILENO);
  dup2(nothing.get(), STDOUT_FILENO);
  dup2(log.get(), STDERR_FILENO);
  dup2(ready.get(), ready_fd);
  close_range(ready_fd + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  forget_signals();
  const auto env = daemon_environment(keeper::own_environment(), where);
  const auto argv = keeper_argv(where);
  std::error_code ignored;
  const auto named = std::filesystem::read_symlink(where.program, ignored);
  if (chdir("/") == 0) {
    const auto words = keeper::pointers(argv);
    const auto variables = keeper::pointers(env);
    execve(named.c_str(), words.data(), variables.data());
    execve(where.program.c_str(), words.data(), variables.data());
  }
  dprintf(
    STDERR_FILENO, "cannot execute %s: %s\n", where.program.c_str(), strerror(errno));
  _exit(127);
}

/// Forks twice, so that the daemon has no parent that would have to wait for it.
result<void> fork_away(const place& where, nativity& n) {
  const auto middle = fork();
  if (middle < 0)
    return fail_errno(errc::busy, "cannot fork", "the daemon");
  if (middle == 0) {
    setsid();
    const auto last = fork();
    if (last == 0)
      become_daemon(where, n);
    _exit(last < 0 ? 1 : 0);
  }
  int status = 0;
  while (waitpid(middle, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0)
    return fail(errc::busy, "cannot fork the daemon: the process limit is reached");
  n.ready.reset();
  return {};
}

std::string told_since(const place& where, off_t from) {
  const descriptor log(
    open((where.state + "/daemon.log").c_str(), O_RDONLY | O_CLOEXEC));
  const auto end = lseek(log.get(), 0, SEEK_END);
  const auto begin = std::max(from, end - static_cast<off_t>(told_bytes_max));
  std::string text(told_bytes_max, '\0');
  const auto n = pread(log.get(), text.data(), text.size(), begin);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!text.empty() && text.back() == '\n')
    text.pop_back();
  return text;
}

std::string with_log(const place& where, const nativity& n, std::string what) {
  const auto said = told_since(where, n.log_was);
  what += "; see " + where.state + "/daemon.log";
  return said.empty() ? what : what + ", which says:\n" + said;
}

/// Nothing if time runs out; the text without its newline otherwise, or what came
/// before the other end was closed.
std::optional<std::string> news_line(int fd, bool& whole) {
  using namespace std::chrono;
  const auto by = steady_clock::now() + starter::patience;
  std::string text;
  char c = 0;
  while (true) {
    const auto left = ceil<milliseconds>(by - steady_clock::now()).count();
    pollfd news{fd, POLLIN, 0};
    if (left <= 0 || poll(&news, 1, static_cast<int>(left)) == 0)
      return {};
    const auto n = read(fd, &c, 1);
    if (n < 0 && errno == EINTR)
      continue;
    whole = n == 1 && c == '\n';
    if (n != 1 || whole || text.size() == told_bytes_max)
      return text;
    text += c;
  }
}

result<void> await_ready(const place& where, const nativity& n) {
  bool whole = false;
  const auto news = news_line(n.news.get(), whole);
  if (!news)
    return fail(
      errc::timeout,
      with_log(
        where,
        n,
        "the daemon was started but is not ready after " +
          std::to_string(starter::patience.count()) + " s"));
  if (!whole)
    return fail(errc::unavailable, with_log(where, n, "the daemon ended at once"));
  if (!news->empty())
    return fail(errc::unavailable, "the daemon did not start: " + *news);
  return {};
}

} // namespace

result<void> give_birth(const place& where) {
  if (auto made = keeper::private_directory(where.state); !made)
    return made;
  const auto path = where.state + "/start.lock";
  const descriptor lock(
    open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock)
    return fail_errno(errc::refused, "cannot open", path);
  while (flock(lock.get(), LOCK_EX) < 0)
    if (errno != EINTR)
      return fail_errno(errc::internal, "cannot lock", path);
  if (connect_to(where.socket))
    return {};
  auto n = prepare(where);
  if (!n)
    return fail(std::move(n.error()));
  if (auto away = fork_away(where, *n); !away)
    return away;
  return await_ready(where, *n);
}

} // namespace troupe::cli
