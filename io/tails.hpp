#pragma once

#include "io/loop.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::io {

/// Bytes of a transcript, in order and without gaps.
struct tail_chunk {
  std::uint64_t offset = 0; ///< Of the first byte.
  std::string bytes;        ///< At most tails::chunk_bytes_max.
  bool shrunk = false; ///< The file is shorter than what was read before: it was cut,
                       ///< and what is in it now is read from its start.
  std::uint64_t free_bytes = 0; ///< Free disk under the file, at most a second old; 0
                                ///< if unknown.
  std::shared_ptr<const void> in_hand; ///< Let go once the bytes are worked on: there
                                       ///< are tails::in_hand_max of all files.
};

/// Follows files that only grow. inotify is a hint (one instance, one watch a
/// directory); a sweep every second finds what it missed, an overflow or a refused
/// watch included. Credit-based: each grant lets one chunk through, so a slow reader
/// bounds memory. Files take turns chunk by chunk, and one chunk is in hand at a time:
/// whoever asks for something else waits behind a part of one flood, not behind all.
/// Any thread may call; sinks run on the loop's thread, and never after the destructor.
class tails {
public:
  static constexpr std::size_t chunk_bytes_max = 64 * 1024;
  static constexpr int grants_max = 4; ///< Unused ones of a file; more are ignored.
  static constexpr int in_hand_max = 1;

  using sink = std::function<void(tail_chunk)>;
  using id = std::uint64_t;

  /// `none` is what a refused inotify instance comes to: the sweep alone.
  enum class hints : std::uint8_t { inotify, none };

  explicit tails(loop& on, hints from = hints::inotify);
  ~tails();
  tails(const tails&) = delete;
  tails& operator=(const tails&) = delete;

  /// Starts with no credit. The file need not exist yet; its directory must.
  [[nodiscard]] id follow(std::string path, std::uint64_t offset, sink to);

  /// One more chunk may be delivered, as soon as there is one.
  void grant(id which);

  /// Delivers a last chunk at once even if it is empty (offset = end), credit or not:
  /// what the file holds beyond the reader's offset is then complete, because its
  /// writers are gone. Repeat until a chunk comes back empty. Uses no credit. Waits
  /// only for a descriptor to open the file with.
  void drain(id which);

  /// Idempotent. No sink call once this has reached the loop's thread.
  void forget(id which);

private:
  struct state;
  std::atomic<id> last_ = 0;
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
