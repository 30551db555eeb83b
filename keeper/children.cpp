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

void children::expect(int pid, handler on_end) {
  expected_[pid] = std::move(on_end);
}

void children::forget(int pid) {
  expected_.erase(pid);
}

void children::reap() {
  for (;;) {
    siginfo_t how{};
    rusage use{};
    const long got = syscall(SYS_waitid, P_ALL, 0, &how, WEXITED | WNOHANG, &use);
    if (got < 0 || how.si_pid == 0)
      return;
    auto known = expected_.extract(how.si_pid);
    if (known && known.mapped())
      known.mapped()(ended(how, use));
  }
}

std::vector<int> children::strangers() const {
  auto all = children_of(getpid());
  std::erase_if(all, [&](int pid) { return expected_.contains(pid); });
  return all;
}

} // namespace troupe::keeper
