#pragma once

#include "io/loop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::io {

/// Single-shot timers over one kernel timer. Any thread may call; `fire` runs on the
/// loop's thread, never early, in order of due time and then of setting. A single timer
/// that was set cannot be cancelled: who no longer wants it ignores it (generation
/// counters); who ends has all of its own forgotten, because each holds what `fire`
/// holds. What has not fired when this ends never does.
class timers {
public:
  explicit timers(loop& on);
  ~timers();
  timers(const timers&) = delete;
  timers& operator=(const timers&) = delete;

  /// A delay of more than ten years counts as ten years. Owner 0 is nobody.
  void after(
    std::chrono::milliseconds delay,
    std::function<void()> fire,
    std::uint64_t owner = 0);

  /// Every timer of this owner. One that is due may fire while this is called.
  void forget(std::uint64_t owner);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
