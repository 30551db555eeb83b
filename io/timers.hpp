#pragma once

#include "io/loop.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>

namespace troupe::io {

/// Single-shot timers over one kernel timer. Any thread may call; `fire` runs on the
/// loop's thread. A timer that was set cannot be cancelled: who no longer wants it
/// ignores it (generation counters), so nothing is held by a pointer.
class timers {
public:
  explicit timers(loop& on);
  ~timers();

  void after(std::chrono::milliseconds delay, std::function<void()> fire);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
