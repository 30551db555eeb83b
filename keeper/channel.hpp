#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/lines.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::keeper {

/// The keeper's end of the private socket: whole lines both ways, descriptors beside
/// the lines that name them. Never blocks.
class channel {
public:
  /// A write order of 4 MiB whose every byte needs escaping, and its frame. A longer
  /// line is no legal order; it is dropped and logged.
  static constexpr std::size_t line_bytes_max = (6 * (4U << 20)) + (64U << 10);
  /// What may wait for a supervisor that does not read; then it counts as dead.
  static constexpr std::size_t waiting_bytes_max = 64U << 20;
  static constexpr std::size_t beside_max = 8;

  explicit channel(descriptor socket);

  [[nodiscard]] int fd() const { return socket_.get(); }

  enum class rest : std::uint8_t { perhaps, none, closed };

  /// Takes one block of what is there, so that nobody waits for all of it. What is left
  /// then; `closed`: nothing, and the other end is closed.
  [[nodiscard]] rest read(const std::function<void(std::string_view)>& each);

  /// Adds a line. Those `beside` it (at most 8) are duplicated, and travel with its
  /// first byte.
  void send(std::string line, std::span<const int> beside);

  /// Writes what can be written; false if the other end is closed or far behind.
  [[nodiscard]] bool flush();

  /// Whether more waits for the socket to become writable.
  [[nodiscard]] bool waits() const { return blocked_; }

private:
  struct waiting {
    std::string text;
    std::vector<descriptor> beside;
  };

  /// Bytes taken by the socket; negative with errno.
  [[nodiscard]] long push(const waiting& first) const;

  descriptor socket_;
  line_splitter lines_;
  std::deque<waiting> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t written_ = 0;
  bool blocked_ = false;
};

} // namespace troupe::keeper
