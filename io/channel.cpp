#include "io/channel.hpp"

#include "io/ancillary.hpp"

#include <boost/asio/post.hpp>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace troupe::io {

using boost::system::error_code;

channel::channel(
  boost::asio::io_context& on, descriptor socket, std::size_t descriptors_max)
  : socket_(on), descriptors_max_(descriptors_max) {
  error_code refused;
  socket_.assign({}, socket.get(), refused);
  if (!refused)
    static_cast<void>(socket.release());
}

bool channel::is_hung_up() {
  pollfd asked{.fd = socket_.native_handle(), .events = 0, .revents = 0};
  return !open() || (::poll(&asked, 1, 0) == 1 && (asked.revents & POLLHUP) != 0);
}

void channel::receive() {
  if (!open() || std::exchange(receiving_, true))
    return;
  if (broken_) {
    boost::asio::post(
      socket_.get_executor(), [self = shared_from_this()] { self->read(); });
    return;
  }
  socket_.async_wait(
    socket_.wait_read, [self = shared_from_this()](error_code) { self->read(); });
}

void channel::read() {
  receiving_ = false;
  if (!open())
    return;
  std::array<char, receive_bytes_max> bytes;
  std::vector<descriptor> beside;
  const auto count =
    receive_with(socket_.native_handle(), bytes, descriptors_max_, beside);
  const int error = count < 0 ? errno : 0;
  if (count > 0)
    received({bytes.data(), static_cast<std::size_t>(count)}, std::move(beside));
  else if (error == EINTR || (error == EAGAIN && !broken_))
    receive();
  else if (count == 0 || error == ECONNRESET || error == EAGAIN)
    ended("closed");
  else
    ended("cannot be read: " + std::system_category().message(error));
}

void channel::send(std::string line) {
  if (!writable())
    return;
  line.push_back('\n');
  unsent_bytes_ += line.size();
  unsent_.push_back(std::move(line));
  if (std::exchange(flushing_, true))
    return;
  boost::asio::post(
    socket_.get_executor(), [self = shared_from_this()] { self->write(); });
}

void channel::write() {
  while (writable() && !blocked_ && !unsent_.empty()) {
    std::array<iovec, gathered_lines_max> parts;
    const auto count = std::min(unsent_.size(), parts.size());
    for (std::size_t i = 0; i < count; ++i)
      parts[i] = {unsent_[i].data(), unsent_[i].size()};
    parts[0] = {
      unsent_[0].data() + written_of_first_, unsent_[0].size() - written_of_first_};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const auto written =
      ::sendmsg(socket_.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (written >= 0)
      advance(static_cast<std::size_t>(written));
    else if (errno == EAGAIN)
      wait_to_write();
    else if (errno != EINTR)
      return break_off(errno);
  }
  if (writable() && unsent_.empty() && std::exchange(flushing_, false))
    flushed();
}

void channel::wait_to_write() {
  blocked_ = true;
  socket_.async_wait(socket_.wait_write, [self = shared_from_this()](error_code) {
    self->blocked_ = false;
    self->write();
  });
}

void channel::advance(std::size_t written) {
  unsent_bytes_ -= written;
  written_of_first_ += written;
  while (!unsent_.empty() && written_of_first_ >= unsent_.front().size()) {
    written_of_first_ -= unsent_.front().size();
    unsent_.pop_front();
  }
}

void channel::break_off(int error) {
  broken_ = true;
  unsent_.clear();
  unsent_bytes_ = 0;
  if (receiving_) {
    error_code ignored;
    socket_.cancel(ignored);
  }
  broken("cannot be written to: " + std::system_category().message(error));
}

void channel::await_hang_up() {
  if (!open())
    return;
  if (is_hung_up())
    return hung_up();
  socket_.async_wait(socket_.wait_error, [self = shared_from_this()](error_code) {
    self->await_hang_up();
  });
}

void channel::close() {
  error_code ignored;
  socket_.close(ignored);
  unsent_.clear();
  unsent_bytes_ = 0;
}

} // namespace troupe::io
