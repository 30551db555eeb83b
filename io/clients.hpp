#pragma once

#include "io/loop.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace troupe::io {

/// Who is on the other side of a connection, as the kernel says at accept.
struct peer {
  int pid = 0;
  unsigned uid = 0;
  std::string cgroup;         ///< Its cgroup v2 path (`0::` line), or empty.
  std::vector<int> ancestors; ///< Parents of pid from near to far, at accept.
};

using client_id = std::uint64_t;

/// What clients do; called on the loop's thread. A client joins, says lines, and leaves
/// once, after its last line; none of it after close() reached the loop's thread. A
/// line counts when its newline has come: what a client did not finish is never said.
struct client_events {
  std::function<void(client_id, peer)> joined;
  std::function<void(client_id, std::string line, bool cut)> said;
  std::function<void(client_id, std::string why)> left;
};

/// The Unix socket that clients come in by. Only the own uid is let in. Lines are at
/// most `line_bytes_max` (longer ones arrive cut, marked so); at most `lines_in_flight`
/// unacknowledged lines a client, then it is not read. What a client does not read is
/// kept up to `unsent_bytes_max`, then it is dropped. At most `clients_max` clients:
/// one more is told so in one line and closed.
///
/// A client that left because it will say nothing more may still listen: it is written
/// to until it hangs up, close() is called, or `linger` has passed. close() waits as
/// long for a client to read what it was sent.
class clients {
public:
  static constexpr std::size_t line_bytes_max = 4 * 1024 * 1024;
  static constexpr std::size_t unsent_bytes_max = 16 * 1024 * 1024;
  static constexpr int lines_in_flight = 16;
  static constexpr int clients_max = 512;
  static constexpr std::chrono::seconds linger{60};

  /// Takes the listening descriptor.
  clients(loop& on, int listener, client_events to);
  ~clients(); ///< Closes all at once, calling nothing.
  clients(const clients&) = delete;
  clients& operator=(const clients&) = delete;

  // Any thread; an id that is gone is ignored:
  void send(client_id to, std::string line); ///< Adds the newline.
  void acknowledge(client_id whose, int lines = 1);
  void close(client_id whom); ///< After what was sent before is written.
  void stop_accepting();

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
