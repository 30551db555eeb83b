#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/poller.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>

namespace troupe::keeper {

/// What waits to be written to one agent's stdin: whole lines, in order, at most 4 MiB.
class input {
public:
  static constexpr std::size_t bytes_max = 4 << 20;

  /// Called for a line that was not accepted, or was accepted and cannot arrive.
  using unwritten = std::function<void(std::uint64_t n, std::string_view why)>;

  /// Takes a pipe's write end that does not block; none: closed from the beginning.
  input(poller& waits, descriptor pipe, unwritten tell);
  ~input();
  input(const input&) = delete;
  input& operator=(const input&) = delete;

  /// A number at or below the last one accepted is ignored. After a line that did not
  /// fit, later ones do not either until that one comes again: order is kept.
  void write(std::uint64_t n, std::string_view line);

  /// Closes it once all that was accepted is written.
  void close();

  /// Closes it now; what waits is reported.
  void abandon();

  [[nodiscard]] std::uint64_t last() const { return last_; }

private:
  struct waiting {
    std::uint64_t n;
    std::string text;
  };

  void flush();

  poller& waits_;
  descriptor pipe_;
  unwritten tell_;
  std::deque<waiting> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t written_ = 0; ///< Bytes of the first line.
  std::uint64_t last_ = 0;
  std::uint64_t missing_ = 0; ///< The line that did not fit; 0 if none.
  bool closing_ = false;
};

} // namespace troupe::keeper
