#include "keeper/poller.hpp"

#include <algorithm>
#include <array>
#include <sys/epoll.h>

namespace troupe::keeper {

namespace {

constexpr int batch = 128;
constexpr std::int64_t sleep_ms_max = 60'000;

} // namespace

poller::poller() : epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

void poller::watch(
  int fd, std::uint32_t events, std::function<void(std::uint32_t)> handler) {
  forget(fd);
  const auto token = ++last_token_;
  watched_[fd] = {token, std::move(handler)};
  fds_[token] = fd;
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = token;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted);
}

void poller::change(int fd, std::uint32_t events) {
  const auto found = watched_.find(fd);
  if (found == watched_.end())
    return;
  epoll_event wanted{};
  wanted.events = events;
  wanted.data.u64 = found->second.token;
  epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

void poller::forget(int fd) {
  const auto found = watched_.find(fd);
  if (found == watched_.end())
    return;
  fds_.erase(found->second.token);
  watched_.erase(found);
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

poller::timer poller::after(clock::duration wait, std::function<void()> handler) {
  const auto which = ++last_timer_;
  const auto at = clock::now() + wait;
  due_[which] = at;
  deadlines_[{at, which}] = std::move(handler);
  return which;
}

void poller::cancel(timer& which) {
  if (const auto found = due_.find(std::exchange(which, 0)); found != due_.end()) {
    deadlines_.erase({found->second, found->first});
    due_.erase(found);
  }
}

int poller::patience_ms() const {
  if (deadlines_.empty())
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
    deadlines_.begin()->first.first - clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, sleep_ms_max));
}

void poller::call_due() {
  const auto now = clock::now();
  while (!deadlines_.empty() && deadlines_.begin()->first.first <= now) {
    const auto first = deadlines_.begin();
    const auto handler = std::move(first->second);
    due_.erase(first->first.second);
    deadlines_.erase(first);
    handler();
  }
}

void poller::call(std::uint64_t token, std::uint32_t events) {
  const auto fd = fds_.find(token);
  if (fd == fds_.end())
    return;
  const auto handler = watched_[fd->second].handler;
  handler(events);
}

void poller::wait() {
  std::array<epoll_event, batch> events{};
  const int count = epoll_wait(epoll_.get(), events.data(), batch, patience_ms());
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    call(event.data.u64, event.events);
  }
  call_due();
}

} // namespace troupe::keeper
