#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/poller.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <string_view>

namespace troupe::keeper {

/// What is written to one agent's stdin: whole lines, in order, at most 4 MiB waiting.
///
/// Lines go through a spool, a file in memory that is spliced into the pipe: the kernel
/// moves the file's position with the bytes, in one step, and keeps it although this
/// process is killed. Whoever holds both descriptors goes on at that very byte.
class input {
public:
  static constexpr std::size_t bytes_max = 4 << 20;
  /// What a spool may grow to before it is begun anew, which needs an empty pipe.
  static constexpr std::size_t spool_bytes_max = 64 << 20;

  /// Called for a line that was not accepted, or was accepted and cannot arrive.
  using unwritten = std::function<void(std::uint64_t n, std::string_view why)>;

  struct listener {
    unwritten lost;
    std::function<void()> closed; ///< Once; duplicates of the pipe must go now.
  };

  /// Takes a pipe's write end that does not block, and its spool: a new one, or that of
  /// an earlier input, where the listener may be called from here. No pipe: closed.
  input(poller& waits, descriptor pipe, descriptor spool, listener to);
  ~input();
  input(const input&) = delete;
  input& operator=(const input&) = delete;

  /// Empty, with errno, if there is no memory or descriptor left.
  [[nodiscard]] static descriptor make_spool();

  /// A number at or below the last one accepted is ignored. After a line that did not
  /// fit, later ones do not either until that one comes again: order is kept.
  void write(std::uint64_t n, std::string_view line);

  /// Closes it once all that was accepted is written.
  void close();

  /// Closes it now; what waits is reported.
  void abandon();

  [[nodiscard]] std::uint64_t last() const { return head_.last; }
  [[nodiscard]] int pipe() const { return pipe_.get(); } ///< -1: closed.
  [[nodiscard]] int spool() const { return spool_.get(); }

private:
  /// At the beginning of the spool; what is behind `end` was never accepted.
  struct head {
    std::uint64_t last = 0; ///< Number of the last line accepted.
    std::uint64_t end = sizeof(head);
    std::uint64_t closing = 0;
  };
  struct waiting {
    std::uint64_t n;
    std::uint64_t end;
  };

  void resume();
  [[nodiscard]] bool append(std::uint64_t n, std::string_view line);
  [[nodiscard]] bool keep(const head& fresh);
  void begin_anew_if_read();
  void flush();

  poller& waits_;
  descriptor pipe_;
  descriptor spool_;
  listener to_;
  head head_;
  std::uint64_t written_ = sizeof(head); ///< The spool's position.
  std::deque<waiting> queue_;
  std::uint64_t missing_ = 0; ///< The line that did not fit; 0 if none.
};

} // namespace troupe::keeper
