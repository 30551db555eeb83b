#include "keeper/channel.hpp"

#include "keeper/log.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/socket.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t block_bytes = 64 << 10;

} // namespace

channel::channel(descriptor socket)
  : socket_(std::move(socket)), lines_(line_bytes_max) {}

bool channel::read(const std::function<void(std::string_view)>& each) {
  std::array<char, block_bytes> block{};
  for (;;) {
    const auto n = recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno == EAGAIN;
    if (n == 0)
      return false;
    lines_.push({block.data(), static_cast<std::size_t>(n)});
    line_splitter::line line{};
    while (lines_.next(line))
      if (line.cut)
        log("order dropped bytes=" + std::to_string(line.bytes));
      else
        each(line.text);
  }
}

void channel::send(std::string line, int beside) {
  line += '\n';
  queued_bytes_ += line.size();
  const int copy = beside < 0 ? -1 : fcntl(beside, F_DUPFD_CLOEXEC, 3);
  queue_.push_back({std::move(line), descriptor(copy)});
}

long channel::push(const waiting& first) const {
  iovec part{
    const_cast<char*>(first.text.data()) + written_, first.text.size() - written_};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (written_ == 0 && first.beside) {
    message.msg_control = beside.data();
    message.msg_controllen = beside.size();
    auto* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    const int fd = first.beside.get();
    std::memcpy(CMSG_DATA(head), &fd, sizeof fd);
  }
  return sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

bool channel::flush() {
  blocked_ = false;
  while (!queue_.empty()) {
    const auto& first = queue_.front();
    const long n = push(first);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && (errno == EAGAIN || errno == ETOOMANYREFS)) {
      blocked_ = errno == EAGAIN;
      return queued_bytes_ <= waiting_bytes_max;
    }
    if (n < 0)
      return false;
    written_ += static_cast<std::size_t>(n);
    if (written_ < first.text.size())
      continue;
    queued_bytes_ -= first.text.size();
    queue_.pop_front();
    written_ = 0;
  }
  return true;
}

} // namespace troupe::keeper
