#pragma once

#include "protocol/lines.hpp"

#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// What two rooms' tests do with stream sockets.
namespace troupe::test {

/// One message with a descriptor beside it.
inline bool send_beside(int socket, std::string_view bytes, int descriptor) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof descriptor)> control{};
  iovec from{const_cast<char*>(bytes.data()), bytes.size()};
  msghdr message{};
  message.msg_iov = &from;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  auto* const part = CMSG_FIRSTHDR(&message);
  part->cmsg_level = SOL_SOCKET;
  part->cmsg_type = SCM_RIGHTS;
  part->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(part), &descriptor, sizeof descriptor);
  return ::sendmsg(socket, &message, MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

/// Lines cut from what `more` reads, which is asked for bytes when none is whole; empty
/// bytes are the end, or that none came in time.
class line_reader {
public:
  template <class More>
  std::optional<std::string> next(More more) {
    line_splitter::line line{};
    for (;;) {
      if (lines_.next(line))
        return std::string(line.text);
      const std::string_view bytes = more();
      if (bytes.empty())
        return {};
      lines_.push(bytes);
    }
  }

  /// What is left without a newline.
  std::string rest() {
    line_splitter::line line{};
    return lines_.rest(line) ? std::string(line.text) : std::string();
  }

private:
  line_splitter lines_{64U << 20};
};

} // namespace troupe::test
