#include "cli/outbox.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::cli {

outbox::outbox(int fd) {
  retarget(fd);
}

void outbox::retarget(int fd) {
  struct stat facts {};
  fd_ = fd;
  socket_ = fd >= 0 && fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode);
  bytes_.clear();
  done_ = 0;
}

void outbox::add_line(std::string_view line) {
  if (done_ > full_bytes) {
    bytes_.erase(0, done_);
    done_ = 0;
  }
  bytes_.append(line);
  bytes_ += '\n';
}

bool outbox::flush() {
  if (empty())
    return true;
  const auto n = write_some(std::string_view(bytes_).substr(done_));
  if (n < 0)
    return errno == EAGAIN || errno == EINTR;
  done_ += static_cast<std::size_t>(n);
  if (empty()) {
    bytes_.clear();
    if (bytes_.capacity() > full_bytes)
      bytes_.shrink_to_fit();
    done_ = 0;
  }
  return true;
}

/// A pipe that polls writable takes PIPE_BUF bytes without blocking (pipe(7)).
long outbox::write_some(std::string_view bytes) const {
  if (socket_)
    return send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return write(fd_, bytes.data(), std::min<std::size_t>(bytes.size(), PIPE_BUF));
}

} // namespace troupe::cli
