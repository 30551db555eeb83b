#pragma once

#include "keeper/descriptor.hpp"
#include "tests/support/stream.hpp"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

namespace troupe::io {

using keeper::descriptor;

inline sockaddr_un unix_address(const std::string& path) {
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  path.copy(at.sun_path, sizeof at.sun_path - 1);
  return at;
}

inline descriptor listen_at(const std::string& path) {
  descriptor door(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const auto at = unix_address(path);
  EXPECT_EQ(::bind(door.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
  EXPECT_EQ(::listen(door.get(), 1024), 0);
  return door;
}

/// The test's blocking end of a stream socket; reading has a deadline.
class plug {
public:
  explicit plug(descriptor socket) : socket_(std::move(socket)) {
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }

  static plug into(const std::string& path) {
    plug made(descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)));
    const auto at = unix_address(path);
    EXPECT_EQ(
      ::connect(made.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at), 0);
    return made;
  }

  [[nodiscard]] int get() const { return socket_.get(); }
  void close() { socket_ = descriptor(); }
  void shut(int how) const { ::shutdown(get(), how); }

  void say(std::string_view bytes) const {
    while (!bytes.empty()) {
      const auto sent = ::send(get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      ASSERT_GT(sent, 0) << std::strerror(errno);
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// One message with a descriptor beside it.
  void say_with(std::string_view bytes, int beside) const {
    ASSERT_TRUE(test::send_beside(get(), bytes, beside)) << std::strerror(errno);
  }

  /// The next line, without its newline; what came of it if the stream ended.
  std::string line() {
    auto whole = lines_.next([this] { return more(); });
    return whole ? std::move(*whole) : lines_.rest();
  }

  /// Whether the stream ends here, with nothing more.
  bool ends() {
    return !lines_.next([this] { return more(); }) && ended_;
  }

  /// What can be sent without waiting.
  [[nodiscard]] std::size_t fill(std::string_view with) const {
    std::size_t filled = 0;
    for (;;) {
      const auto sent =
        ::send(get(), with.data(), with.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0)
        return filled;
      filled += static_cast<std::size_t>(sent);
    }
  }

private:
  std::string_view more() {
    const auto count = ::recv(get(), bytes_.data(), bytes_.size(), 0);
    ended_ = count == 0 || (count < 0 && errno == ECONNRESET);
    EXPECT_TRUE(count > 0 || ended_) << "no end came: " << std::strerror(errno);
    return {bytes_.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  }

  descriptor socket_;
  test::line_reader lines_;
  std::array<char, 64 * 1024> bytes_{};
  bool ended_ = false;
};

} // namespace troupe::io
