#pragma once

#include <chrono>
#include <cstddef>

namespace troupe::io {

/// What HTTP clients may take. Sizes are of one connection unless they say otherwise.
struct http_limits {
  std::size_t head_bytes_max = 32 * 1024;          ///< Beyond: 431.
  std::size_t body_bytes_max = 4 * 1024 * 1024;    ///< Beyond: 413, before it is read.
  std::size_t unsent_bytes_max = 16 * 1024 * 1024; ///< Beyond: it is cut off.
  std::size_t ahead_bytes_max = 64 * 1024; ///< Said before its turn; then not read.
  std::size_t connections_max = 4096;      ///< One more: 503.
  std::size_t held_bytes_max = 256 * 1024 * 1024; ///< Of all; who adds more is cut off.

  std::chrono::milliseconds head_within{10'000}; ///< From its first byte; 408.
  std::chrono::milliseconds body_within{30'000}; ///< After the head; 408.
  std::chrono::milliseconds idle{75'000};        ///< Between two requests.
  std::chrono::milliseconds write_within{
    30'000};                               ///< To take anything of what it is sent.
  std::chrono::milliseconds linger{2'000}; ///< To read why it is closed.
  std::chrono::milliseconds keep_alive{15'000}; ///< A silent stream gets a comment.
  std::chrono::milliseconds look{1'000};        ///< How often these are looked at.
};

} // namespace troupe::io
