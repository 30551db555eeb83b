#include "cli/signals.hpp"

#include <csignal>
#include <sys/signalfd.h>

namespace troupe::cli {

keeper::descriptor watch_signals(std::initializer_list<int> numbers) {
  sigset_t set;
  sigemptyset(&set);
  for (const int n : numbers)
    sigaddset(&set, n);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  return keeper::descriptor(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

} // namespace troupe::cli
