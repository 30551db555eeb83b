#include "keeper/lease.hpp"

#include "keeper/files.hpp"
#include "keeper/paths.hpp"
#include "keeper/processes.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr int backlog = 128;
constexpr int lock_tries_max = 25;
constexpr int lock_wait_ms = 20;

std::string daemon_file(const std::string& state_dir) {
  return state_dir + "/daemon.json";
}

/// Dead, though perhaps nobody has waited for it.
bool is_dead(int pid) {
  return (kill(pid, 0) < 0 && errno == ESRCH) || status_of_zombie(pid).has_value();
}

/// The holds of a keeper that was killed need a moment to end their trees.
bool lock_soon(int fd, const std::string& state_dir) {
  const auto other = read_daemon(state_dir);
  const bool dying = other && is_dead(other->pid);
  for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; ++i) {
    if (!dying || i == lock_tries_max)
      return false;
    poll(nullptr, 0, lock_wait_ms);
  }
  return true;
}

std::string taken_by(const std::string& state_dir) {
  auto text = "the state directory " + state_dir + " is served by another keeper";
  if (const auto other = read_daemon(state_dir))
    text += " (pid " + std::to_string(other->pid) + ", socket " + other->socket + ")";
  return text + "; connect to it, stop it with `troupe daemon stop`, or use another "
                "--state-dir";
}

bool is_file(int fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return fstat(fd, &held) == 0 && stat(path.c_str(), &named) == 0 &&
         held.st_dev == named.st_dev && held.st_ino == named.st_ino;
}

result<descriptor> listen_at(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof name.sun_path)
    return fail(errc::invalid_argument, "the socket's path is too long: " + path);
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  descriptor fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd)
    return fail_errno(errc::internal, "cannot make the socket", path);
  unlink(path.c_str());
  const auto before = umask(0177);
  const int bound =
    bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name);
  const int why = errno;
  umask(before);
  errno = why;
  if (bound < 0 || listen(fd.get(), backlog) < 0)
    return fail_errno(errc::invalid_argument, "cannot listen at", path);
  return fd;
}

} // namespace

std::optional<daemon_info> read_daemon(const std::string& state_dir) {
  const auto text = read_file(daemon_file(state_dir));
  if (!text)
    return {};
  auto info = decode_text<daemon_info>(*text);
  return info ? std::optional(std::move(*info)) : std::nullopt;
}

result<lease> lease::take(const std::string& state_dir, const std::string& socket) {
  if (auto made = private_directory(state_dir); !made)
    return fail(std::move(made.error()));
  const auto parent = socket.substr(0, socket.find_last_of('/'));
  if (auto made = private_directory(parent); !made)
    return fail(std::move(made.error()));
  const auto path = state_dir + "/lock";
  descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock)
    return fail_errno(errc::invalid_argument, "cannot open", path);
  if (!lock_soon(lock.get(), state_dir))
    return fail(errc::conflict, taken_by(state_dir));
  auto listener = listen_at(socket);
  if (!listener)
    return fail(std::move(listener.error()));
  lease taken;
  taken.state_dir_ = state_dir;
  taken.socket_ = socket;
  taken.started_at_ = wall_now();
  taken.lock_ = std::move(lock);
  taken.listener_ = std::move(*listener);
  return taken;
}

result<lease> lease::inherit(
  const std::string& state_dir,
  const std::string& socket,
  descriptor lock,
  descriptor listener,
  timestamp started_at) {
  if (!is_file(lock.get(), state_dir + "/lock"))
    return fail(
      errc::conflict,
      "what was passed on is not the lock of " + state_dir +
        "; the state directory was replaced");
  lease taken;
  taken.state_dir_ = state_dir;
  taken.socket_ = socket;
  taken.started_at_ = started_at;
  taken.lock_ = std::move(lock);
  taken.listener_ = std::move(listener);
  return taken;
}

lease::~lease() {
  if (!lock_)
    return;
  unlink(socket_.c_str());
  unlink(daemon_file(state_dir_).c_str());
}

result<std::uint64_t> lease::next_epoch() {
  const auto file = state_dir_ + "/epoch";
  const auto text = read_file(file).value_or("0");
  std::uint64_t epoch = 0;
  std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (const auto info = read_daemon(state_dir_))
    epoch = std::max(epoch, info->epoch);
  ++epoch;
  if (auto kept = replace_file(file, std::to_string(epoch) + "\n", true); !kept)
    return fail(std::move(kept.error()));
  const daemon_info info{getpid(), epoch, socket_, TROUPE_VERSION, started_at_};
  if (auto told = replace_file(daemon_file(state_dir_), to_string(info) + "\n", true);
      !told)
    return fail(std::move(told.error()));
  return epoch;
}

} // namespace troupe::keeper
