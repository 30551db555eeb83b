#include "keeper/input.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t begin_anew_bytes = 1 << 20;

} // namespace

descriptor input::make_spool() {
  return descriptor(memfd_create("troupe-stdin", MFD_CLOEXEC));
}

input::input(poller& waits, descriptor pipe, descriptor spool, listener to)
  : waits_(waits), pipe_(std::move(pipe)), spool_(std::move(spool)),
    to_(std::move(to)) {
  if (spool_ && pread(spool_.get(), &head_, sizeof head_, 0) != sizeof head_)
    head_ = {};
  if (!pipe_)
    return;
  waits_.watch(pipe_.get(), 0, [this](std::uint32_t events) {
    if ((events & EPOLLERR) != 0)
      abandon();
    else
      flush();
  });
  resume();
}

input::~input() {
  if (pipe_)
    waits_.forget(pipe_.get());
}

/// A position behind the end is that of a spool that was being begun anew.
void input::resume() {
  const auto at = lseek(spool_.get(), 0, SEEK_CUR);
  written_ = at > 0 ? static_cast<std::uint64_t>(at) : sizeof(head);
  if (written_ > head_.end)
    written_ = head_.end;
  lseek(spool_.get(), static_cast<off_t>(written_), SEEK_SET);
  if (written_ < head_.end)
    queue_.push_back({head_.last, head_.end});
  if (!queue_.empty() || head_.closing != 0)
    flush();
}

bool input::keep(const head& fresh) {
  if (pwrite(spool_.get(), &fresh, sizeof fresh, 0) != sizeof fresh)
    return false;
  head_ = fresh;
  return true;
}

bool input::append(std::uint64_t n, std::string_view line) {
  std::array<iovec, 2> parts{
    {{const_cast<char*>(line.data()), line.size()}, {const_cast<char*>("\n"), 1}}};
  const auto size = line.size() + 1;
  const auto at = static_cast<off_t>(head_.end);
  return pwritev(spool_.get(), parts.data(), parts.size(), at) ==
           static_cast<ssize_t>(size) &&
         keep({n, head_.end + size, 0});
}

/// Pages in the pipe are the spool's own: they stay as they are until they are read.
void input::begin_anew_if_read() {
  int unread = 0;
  if (
    head_.end < begin_anew_bytes || written_ < head_.end ||
    ioctl(pipe_.get(), FIONREAD, &unread) < 0 || unread > 0 ||
    !keep({head_.last, sizeof(head), 0}))
    return;
  written_ = head_.end;
  lseek(spool_.get(), static_cast<off_t>(written_), SEEK_SET);
  if (ftruncate(spool_.get(), static_cast<off_t>(written_)) < 0)
    return;
}

void input::write(std::uint64_t n, std::string_view line) {
  if (n <= head_.last)
    return;
  if (!pipe_ || head_.closing != 0)
    return to_.lost(n, "closed");
  begin_anew_if_read();
  const bool out_of_turn = missing_ != 0 && n > missing_;
  const auto size = line.size() + 1;
  if (
    out_of_turn || head_.end - written_ + size > bytes_max ||
    head_.end + size > spool_bytes_max || !append(n, line)) {
    missing_ = out_of_turn ? missing_ : n;
    return to_.lost(n, "full");
  }
  missing_ = 0;
  queue_.push_back({n, head_.end});
  if (queue_.size() == 1)
    flush();
}

void input::close() {
  if (!pipe_)
    return;
  static_cast<void>(keep({head_.last, head_.end, 1}));
  head_.closing = 1;
  flush();
}

void input::flush() {
  while (pipe_ && written_ < head_.end) {
    const auto n = splice(
      spool_.get(),
      nullptr,
      pipe_.get(),
      nullptr,
      head_.end - written_,
      SPLICE_F_NONBLOCK);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return waits_.change(pipe_.get(), EPOLLOUT);
    if (n <= 0)
      return abandon();
    written_ += static_cast<std::uint64_t>(n);
    while (!queue_.empty() && queue_.front().end <= written_)
      queue_.pop_front();
  }
  if (head_.closing != 0)
    return abandon();
  if (pipe_)
    waits_.change(pipe_.get(), 0);
}

void input::abandon() {
  if (!pipe_)
    return;
  waits_.forget(pipe_.get());
  pipe_.reset();
  for (const auto& lost : std::exchange(queue_, {}))
    to_.lost(lost.n, "closed");
  if (to_.closed)
    to_.closed();
}

} // namespace troupe::keeper
