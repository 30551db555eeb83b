#include "keeper/orphan.hpp"

#include "keeper/probes.hpp"
#include "keeper/processes.hpp"

#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace troupe::keeper {

namespace {

/// linux/pidfd.h of 6.15, which older systems do not have.
struct pidfd_info {
  std::uint64_t mask;
  std::uint64_t cgroupid;
  std::uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
  std::int32_t exit_code;
};
static_assert(sizeof(pidfd_info) == 64);

constexpr std::uint64_t info_exit = 1U << 3;

std::optional<int> status_by_pidfd(int pidfd) {
  if (!probes("TROUPE_PROBE_PIDFD_INFO"))
    return {};
  pidfd_info info{};
  info.mask = info_exit;
  if (ioctl(pidfd, _IOWR(0xFF, 11, pidfd_info), &info) < 0)
    return {};
  return (info.mask & info_exit) != 0 ? std::optional(info.exit_code) : std::nullopt;
}

/// The number is still its own as long as nobody has waited for it.
std::optional<int> status_by_proc(int pid, int pidfd) {
  if (!probes("TROUPE_PROBE_ZOMBIE"))
    return {};
  const auto status = status_of_zombie(pid);
  return is_unreaped(pidfd) ? status : std::nullopt;
}

ending in_siginfo_words(int status) {
  if (WIFEXITED(status))
    return {CLD_EXITED, WEXITSTATUS(status)};
  return {WCOREDUMP(status) ? CLD_DUMPED : CLD_KILLED, WTERMSIG(status)};
}

} // namespace

/// It may be waited for between the two questions: then the first has an answer.
ending end_of_orphan(int pid, int pidfd) {
  auto status = status_by_pidfd(pidfd);
  if (!status)
    status = status_by_proc(pid, pidfd);
  if (!status)
    status = status_by_pidfd(pidfd);
  return status ? in_siginfo_words(*status) : ending();
}

orphan::orphan(
  poller& waits, int pid, int pidfd, std::function<void(const ending&)> on_end)
  : waits_(waits), pid_(pid), pidfd_(fcntl(pidfd, F_DUPFD_CLOEXEC, 3)),
    on_end_(std::move(on_end)) {
  waits_.watch(pidfd_.get(), EPOLLIN, [this](std::uint32_t) { look(); });
}

orphan::~orphan() {
  waits_.forget(pidfd_.get());
}

void orphan::look() {
  waits_.forget(pidfd_.get());
  if (const auto tell = std::exchange(on_end_, nullptr))
    tell(end_of_orphan(pid_, pidfd_.get()));
}

} // namespace troupe::keeper
