#pragma once

#include <unistd.h>

#include <utility>

namespace troupe::io {

/// Owns a file descriptor, or none (-1).
class descriptor {
public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(other.release()) {}
  descriptor& operator=(descriptor&& other) noexcept {
    descriptor(std::move(other)).swap(*this);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0)
      ::close(fd_);
  }

  [[nodiscard]] explicit operator bool() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void swap(descriptor& other) noexcept { std::swap(fd_, other.fd_); }

private:
  int fd_ = -1;
};

} // namespace troupe::io
