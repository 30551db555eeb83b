#include "io/timers.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <map>

namespace troupe::io {

using clock = std::chrono::steady_clock;

struct timers::state : std::enable_shared_from_this<state> {
  explicit state(loop& l) : on(l), kernel(l.context()) {}

  struct timer {
    std::function<void()> fire;
    std::uint64_t owner;
  };

  void add(clock::time_point due, timer what) {
    if (over)
      return;
    const bool first = pending.empty() || due < pending.begin()->first;
    pending.emplace(due, std::move(what));
    if (first)
      arm();
  }

  void arm() {
    kernel.expires_at(pending.begin()->first);
    kernel.async_wait([self = shared_from_this()](boost::system::error_code ec) {
      if (!ec)
        self->ring();
    });
  }

  void ring() {
    const auto now = clock::now();
    while (!pending.empty() && pending.begin()->first <= now) {
      const auto due = pending.extract(pending.begin());
      due.mapped().fire();
    }
    if (!pending.empty())
      arm();
  }

  void close() {
    over = true;
    kernel.cancel();
    std::exchange(pending, {}).clear();
  }

  loop& on;
  boost::asio::steady_timer kernel;
  std::multimap<clock::time_point, timer> pending;
  bool over = false;
};

timers::timers(loop& on) : state_(std::make_shared<state>(on)) {}

timers::~timers() {
  state_->on.perform([this] { state_->close(); });
}

void timers::after(
  std::chrono::milliseconds delay, std::function<void()> fire, std::uint64_t owner) {
  constexpr std::chrono::milliseconds longest = std::chrono::hours(24 * 365 * 10);
  const auto due = clock::now() + std::clamp(delay, -longest, longest);
  state_->on.post([state = state_, due, fire = std::move(fire), owner]() mutable {
    state->add(due, {std::move(fire), owner});
  });
}

void timers::forget(std::uint64_t owner) {
  state_->on.post([state = state_, owner] {
    std::erase_if(
      state->pending, [owner](const auto& each) { return each.second.owner == owner; });
  });
}

} // namespace troupe::io
