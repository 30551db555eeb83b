#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <sys/resource.h>
#include <unordered_map>
#include <vector>

namespace troupe::keeper {

/// How a process ended.
struct ending {
  int cause = 0;  ///< CLD_EXITED, CLD_KILLED, CLD_DUMPED; 0: nobody knows.
  int status = 0; ///< Exit code or signal.
  std::uint64_t user_ms = 0;
  std::uint64_t system_ms = 0;
  std::uint64_t rss_kb_max = 0;
};

/// The keeper's own children: those it expects, and strangers, which came up to it as
/// the subreaper. Every status is taken here and nowhere else.
class children {
public:
  using handler = std::function<void(const ending&)>;

  /// It may also be a child of a child, which could come up to us.
  /// `on_stop` is called when a signal has stopped it.
  void expect(int pid, handler on_end, std::function<void()> on_stop = nullptr);
  void forget(int pid);

  /// Reaps all that is dead, strangers silently; looks at what is stopped.
  void reap();

  /// Living children that nobody expects. Call reap first.
  [[nodiscard]] std::vector<int> strangers() const;

private:
  struct expected {
    handler on_end;
    std::function<void()> on_stop;
  };

  void stopped(int pid) const;

  std::unordered_map<int, expected> expected_;
};

} // namespace troupe::keeper
