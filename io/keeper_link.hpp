#pragma once

#include "io/loop.hpp"
#include "keeper/verbs.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::io {

/// The supervisor's end of the keeper's socket. Pings are answered here, so that they
/// prove the loop alive. Any thread may send; callbacks run on the loop's thread.
class keeper_link {
public:
  struct events {
    /// A pidfd comes with a spawned report (else -1); the callee owns it.
    std::function<void(keeper::report, int pidfd)> reported;
    std::function<void(std::string why)> lost;
  };

  /// Takes the descriptor.
  keeper_link(loop& on, int fd, std::uint64_t epoch, events to);
  ~keeper_link();

  void send(keeper::order what);

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
