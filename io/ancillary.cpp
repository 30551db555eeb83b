#include "io/ancillary.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>

namespace troupe::io {

namespace {

constexpr std::size_t scm_max = 253;

void take(cmsghdr& part, std::vector<descriptor>& beside) {
  if (part.cmsg_level != SOL_SOCKET || part.cmsg_type != SCM_RIGHTS)
    return;
  const auto count = (part.cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(&part) + i * sizeof(int), sizeof fd);
    beside.emplace_back(fd);
  }
}

} // namespace

ssize_t receive_with(
  int socket,
  std::span<char> bytes,
  std::size_t descriptors_max,
  std::vector<descriptor>& beside) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(scm_max * sizeof(int))> control;
  iovec into{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &into;
  message.msg_iovlen = 1;
  if (descriptors_max > 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
  }
  const auto count = ::recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0)
    return count;
  for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part))
    take(*part, beside);
  if (beside.size() > descriptors_max)
    beside.resize(descriptors_max);

  return count;
}

} // namespace troupe::io
