#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include <sys/types.h>
#include <unistd.h>

namespace troupe::store {

/// Owns an open file. Calls that a signal interrupts are made again.
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

  /// 0, or errno; what was written before a failure stays written.
  [[nodiscard]] int write_all(std::string_view text) const;

  /// Bytes read, 0 at the end, or -1 with errno.
  [[nodiscard]] ssize_t
  read_at(std::uint64_t offset, char* to, std::size_t bytes) const;

private:
  int fd_ = -1;
};

} // namespace troupe::store
