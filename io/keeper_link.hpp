#pragma once

#include "io/loop.hpp"
#include "keeper/descriptor.hpp"
#include "keeper/verbs.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace troupe::io {

/// The supervisor's end of the keeper's socket. Pings are answered here, so that they
/// prove the loop alive, and are not reported. Any thread may send; callbacks run on
/// the loop's thread, and never after the destructor.
///
/// Descriptors are sent with the first byte of their own line, so they belong to the
/// line that the receive they came with ends in: a report without never gets its
/// neighbour's. Those beside any line but a spawned report that is no refusal are
/// closed.
class keeper_link {
public:
  static constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t unsent_bytes_max = 64 * 1024 * 1024;
  static constexpr std::size_t descriptors_max = 64; ///< Beside an unfinished line.

  struct events {
    /// With a spawned report, what is beside it, unless it was lost on the way for want
    /// of descriptors.
    std::function<void(keeper::report, std::vector<keeper::descriptor>)> reported;

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
