#include "keeper/channel.hpp"

#include "keeper/log.hpp"

#include <algorithm>
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

channel::rest channel::read(const std::function<void(std::string_view)>& each) {
  std::array<char, block_bytes> block{};
  long n = 0;
  do
    n = recv(socket_.get(), block.data(), block.size(), MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n < 0 && errno == EAGAIN)
    return rest::none;
  if (n <= 0)
    return rest::closed;
  lines_.push({block.data(), static_cast<std::size_t>(n)});
  line_splitter::line line{};
  while (lines_.next(line))
    if (line.cut)
      log("order dropped bytes=" + std::to_string(line.bytes));
    else
      each(line.text);
  return rest::perhaps;
}

void channel::send(std::string line, std::span<const int> beside) {
  line += '\n';
  queued_bytes_ += line.size();
  std::vector<descriptor> copies;
  for (const int fd : beside)
    copies.emplace_back(fcntl(fd, F_DUPFD_CLOEXEC, 3));
  if (std::ranges::any_of(copies, [](const auto& fd) { return !fd; }))
    copies.clear();
  queue_.push_back({std::move(line), std::move(copies)});
}

long channel::push(const waiting& first) const {
  iovec part{
    const_cast<char*>(first.text.data()) + written_, first.text.size() - written_};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(beside_max * sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  const auto count = std::min(first.beside.size(), beside_max);
  if (written_ == 0 && count > 0) {
    std::array<int, beside_max> fds{};
    for (std::size_t i = 0; i < count; ++i)
      fds[i] = first.beside[i].get();
    message.msg_control = beside.data();
    message.msg_controllen = CMSG_SPACE(count * sizeof(int));
    auto* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(head), fds.data(), count * sizeof(int));
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
