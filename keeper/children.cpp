#include "keeper/children.hpp"

#include "keeper/processes.hpp"

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

std::uint64_t milliseconds(const timeval& t) {
  return static_cast<std::uint64_t>(t.tv_sec) * 1000 +
         static_cast<std::uint64_t>(t.tv_usec) / 1000;
}

ending ended(const siginfo_t& how, const rusage& use) {
  return {
    how.si_code,
    how.si_status,
    milliseconds(use.ru_utime),
    milliseconds(use.ru_stime),
    static_cast<std::uint64_t>(use.ru_maxrss)};
}

} // namespace

void children::expect(int pid, handler on_end, std::function<void()> on_stop) {
  expected_[pid] = {std::move(on_end), std::move(on_stop)};
}

void children::forget(int pid) {
  expected_.erase(pid);
}

void children::reap() {
  for (;;) {
    siginfo_t how{};
    rusage use{};
    constexpr int wanted = WEXITED | WSTOPPED | WNOHANG;
    if (syscall(SYS_waitid, P_ALL, 0, &how, wanted, &use) < 0 || how.si_pid == 0)
      return;
    if (how.si_code == CLD_STOPPED)
      stopped(how.si_pid);
    else if (auto known = expected_.extract(how.si_pid))
      known.mapped().on_end(ended(how, use));
  }
}

void children::stopped(int pid) const {
  if (const auto known = expected_.find(pid); known != expected_.end())
    if (known->second.on_stop)
      known->second.on_stop();
}

std::vector<int> children::strangers() const {
  auto all = children_of(getpid());
  std::erase_if(all, [&](int pid) { return expected_.contains(pid); });
  return all;
}

} // namespace troupe::keeper
