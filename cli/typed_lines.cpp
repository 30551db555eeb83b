#include "cli/typed_lines.hpp"

#include "cli/signals.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <sys/epoll.h>
#include <unistd.h>

namespace troupe::cli {

typed_lines::typed_lines()
  : signals_(watch_signals({SIGINT, SIGTERM})), both_(epoll_create1(EPOLL_CLOEXEC)) {
  epoll_event want{};
  want.events = EPOLLIN;
  epoll_ctl(both_.get(), EPOLL_CTL_ADD, signals_.get(), &want);
  pollable_ = epoll_ctl(both_.get(), EPOLL_CTL_ADD, STDIN_FILENO, &want) == 0;
  ended_ = !pollable_ && errno != EPERM;
}

bool typed_lines::interrupted() const {
  pollfd signal{signals_.get(), POLLIN, 0};
  return poll(&signal, 1, 0) == 1;
}

void typed_lines::wait() const {
  pollfd either{both_.get(), POLLIN, 0};
  if (pollable_)
    poll(&either, 1, -1);
}

void typed_lines::end() {
  ended_ = true;
  if (pollable_)
    epoll_ctl(both_.get(), EPOLL_CTL_DEL, STDIN_FILENO, nullptr);
}

bool typed_lines::read_some() {
  pollfd in{STDIN_FILENO, POLLIN, 0};
  if (ended_ || poll(&in, 1, 0) != 1)
    return false;
  std::array<char, 4096> bytes{};
  const auto n = read(STDIN_FILENO, bytes.data(), bytes.size());
  if (n > 0)
    lines_.push({bytes.data(), static_cast<std::size_t>(n)});
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    end();
  return n > 0;
}

std::optional<typed_line> typed_lines::next() {
  line_splitter::line line{};
  bool is_there = lines_.next(line);
  while (!is_there && read_some())
    is_there = lines_.next(line);
  if (!is_there && (!ended_ || !lines_.rest(line)))
    return {};
  return typed_line{std::string(line.text), line.cut};
}

} // namespace troupe::cli
