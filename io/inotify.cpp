#include "io/inotify.hpp"

#include "keeper/descriptor.hpp"

#include <sys/inotify.h>

#include <array>
#include <cstring>

namespace troupe::io {

using keeper::descriptor;

inotify::inotify(boost::asio::io_context& on, events to)
  : kernel_(on), to_(std::move(to)) {}

std::shared_ptr<inotify> inotify::open(boost::asio::io_context& on, events to) {
  descriptor fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd)
    return nullptr;
  std::shared_ptr<inotify> made(new inotify(on, std::move(to)));
  boost::system::error_code refused;
  made->kernel_.assign(fd.get(), refused);
  if (refused)
    return nullptr;
  static_cast<void>(fd.release());
  made->wait();
  return made;
}

int inotify::add(const std::string& directory) {
  constexpr auto mask =
    IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ONLYDIR;
  const int watch =
    ::inotify_add_watch(kernel_.native_handle(), directory.c_str(), mask);
  if (watch >= 0)
    ++users_[watch];
  return watch;
}

void inotify::remove(int watch) {
  const auto found = users_.find(watch);
  if (found == users_.end() || --found->second > 0)
    return;
  users_.erase(found);
  ::inotify_rm_watch(kernel_.native_handle(), watch);
}

void inotify::close() {
  boost::system::error_code ignored;
  kernel_.close(ignored);
  users_.clear();
}

void inotify::wait() {
  kernel_.async_wait(
    kernel_.wait_read, [self = shared_from_this()](boost::system::error_code) {
      if (self->kernel_.is_open())
        self->read();
    });
}

void inotify::read() {
  alignas(inotify_event) std::array<char, 64 * 1024> buffer;
  const auto count = ::read(kernel_.native_handle(), buffer.data(), buffer.size());
  std::size_t at = 0;
  while (count > 0 && at < static_cast<std::size_t>(count) && kernel_.is_open()) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const char* const name = buffer.data() + at + sizeof event;
    at += sizeof event + event.len;
    if ((event.mask & IN_Q_OVERFLOW) != 0)
      to_.overflowed();
    else if ((event.mask & IN_IGNORED) != 0) {
      if (users_.erase(event.wd) != 0)
        to_.gone(event.wd);
    } else if (event.len > 0)
      to_.changed(event.wd, std::string_view(name));
  }
  if (kernel_.is_open())
    wait();
}

} // namespace troupe::io
