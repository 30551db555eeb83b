#pragma once

#include "io/loop.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace troupe::io {

/// Single-shot timers over one kernel timer. Any thread may call; `fire` runs on the
/// loop's thread, never early, in order of due time and then of setting. A timer that
/// was set cannot be cancelled: who no longer wants it ignores it (generation
/// counters), so nothing is held by a pointer. What has not fired when this ends never
/// does.
class timers {
public:
  explicit timers(loop& on);
  ~timers();
  timers(const timers&) = delete;
  timers& operator=(const timers&) = delete;

  /// A delay of more than ten years counts as ten years.
  void after(std::chrono::milliseconds delay, std::function<void()> fire);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
