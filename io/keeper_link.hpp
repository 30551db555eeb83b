#pragma once

#include "io/loop.hpp"
#include "keeper/verbs.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace troupe::io {

/// The supervisor's end of the keeper's socket. Pings are answered here, so that they
/// prove the loop alive, and are not reported. Any thread may send; callbacks run on
/// the loop's thread, and never after the destructor.
///
/// A pidfd is sent with the first byte of its own line, so it belongs to the line that
/// the receive it came with ends in: a report without one never gets its neighbour's.
/// One beside any line but a spawned report that is no refusal is closed.
class keeper_link {
public:
  static constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t unsent_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t descriptors_max = 64; ///< Beside an unfinished line.

  struct events {
    /// A pidfd comes with a spawned report (else -1, also if it was lost on the way for
    /// want of descriptors); the callee owns it.
    std::function<void(keeper::report, int pidfd)> reported;

    /// Once, after the last report; then nothing is sent or reported any more. The
    /// keeper ended, sent what is no report, or left unsent_bytes_max of orders unread.
    std::function<void(std::string why)> lost;
  };

  /// Takes the descriptor.
  keeper_link(loop& on, int fd, std::uint64_t epoch, events to);
  ~keeper_link();
  keeper_link(const keeper_link&) = delete;
  keeper_link& operator=(const keeper_link&) = delete;

  void send(keeper::order what);

private:
  struct state;
  loop& on_;
  std::uint64_t epoch_;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
