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
/// A pidfd comes beside the first byte of its line or before it, so the oldest one that
/// is unclaimed belongs to the next spawned report that is no refusal. Unclaimed ones
/// are closed: beyond descriptors_max, and with the link.
class keeper_link {
public:
  static constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t unsent_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t descriptors_max = 64;

  struct events {
    /// A pidfd comes with a spawned report (else -1); the callee owns it.
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
