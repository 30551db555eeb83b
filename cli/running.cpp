#include "cli/running.hpp"

#include "cli/starter.hpp"

#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

using keeper::descriptor;

constexpr int succession_patience_ms = 3'000;
constexpr int succession_look_ms = 20;

/// The process that made the socket we are connected to: the keeper.
bool listens_as(const std::string& socket, int pid) {
  const auto link = connect_to(socket);
  ucred peer{};
  socklen_t size = sizeof peer;
  return link && getsockopt(link->get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         peer.pid == pid;
}

/// For a keeper whose socket was removed: someone holds the lock, and this is a troupe.
bool holds_lock_as(const std::string& state, int pid) {
  const descriptor lock(open((state + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (!lock || flock(lock.get(), LOCK_SH | LOCK_NB) == 0)
    return false;
  std::error_code ignored;
  const auto program =
    std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", ignored);
  return program.filename().string().starts_with("troupe");
}

std::optional<found_keeper> named_keeper(const place& where) {
  auto info = keeper::read_daemon(where.state);
  if (!info)
    return {};
  descriptor process(static_cast<int>(syscall(SYS_pidfd_open, info->pid, 0)));
  if (!process)
    return {};
  if (!listens_as(where.socket, info->pid) && !holds_lock_as(where.state, info->pid))
    return {};
  return found_keeper{std::move(*info), std::move(process)};
}

} // namespace

std::optional<found_keeper> find_keeper(const place& where) {
  for (int waited = 0;; waited += succession_look_ms) {
    auto found = named_keeper(where);
    if (
      found || waited >= succession_patience_ms || !keeper::read_daemon(where.state) ||
      !connect_to(where.socket))
      return found;
    poll(nullptr, 0, succession_look_ms);
  }
}

} // namespace troupe::cli
