#pragma once

#include "keeper/descriptor.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <unordered_map>

namespace troupe::keeper {

/// The only place where the keeper waits: epoll and a list of deadlines, on one thread.
/// A handler may add and remove anything, itself included.
class poller {
public:
  using clock = std::chrono::steady_clock;
  using timer = std::uint64_t; ///< 0 is none.

  poller();

  /// Calls with the epoll events; the descriptor stays the caller's, who calls
  /// `forget` before closing it.
  void watch(int fd, std::uint32_t events, std::function<void(std::uint32_t)> handler);
  void change(int fd, std::uint32_t events);
  void forget(int fd);

  [[nodiscard]] timer after(clock::duration wait, std::function<void()> handler);
  void cancel(timer& which);

  /// Waits for the next event or deadline and handles what is there.
  void wait();

private:
  struct watched {
    std::uint64_t token = 0;
    std::function<void(std::uint32_t)> handler;
  };
  using deadline = std::pair<clock::time_point, timer>;

  [[nodiscard]] int patience_ms() const;
  void call_due();
  void call(std::uint64_t token, std::uint32_t events);

  descriptor epoll_;
  std::uint64_t last_token_ = 0;
  timer last_timer_ = 0;
  std::unordered_map<int, watched> watched_;
  std::unordered_map<std::uint64_t, int> fds_;
  std::map<deadline, std::function<void()>> deadlines_;
  std::unordered_map<timer, clock::time_point> due_;
};

} // namespace troupe::keeper
