#include "keeper/input.hpp"

#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>

namespace troupe::keeper {

input::input(poller& waits, descriptor pipe, unwritten tell)
  : waits_(waits), pipe_(std::move(pipe)), tell_(std::move(tell)) {
  if (pipe_)
    waits_.watch(pipe_.get(), 0, [this](std::uint32_t events) {
      if ((events & EPOLLERR) != 0)
        abandon();
      else
        flush();
    });
}

input::~input() {
  if (pipe_)
    waits_.forget(pipe_.get());
}

void input::write(std::uint64_t n, std::string_view line) {
  if (n <= last_)
    return;
  if (!pipe_ || closing_)
    return tell_(n, "closed");
  const bool out_of_turn = missing_ != 0 && n > missing_;
  if (out_of_turn || queued_bytes_ + line.size() + 1 > bytes_max) {
    missing_ = out_of_turn ? missing_ : n;
    return tell_(n, "full");
  }
  missing_ = 0;
  last_ = n;
  queued_bytes_ += line.size() + 1;
  queue_.push_back({n, std::string(line) + "\n"});
  if (queue_.size() == 1)
    flush();
}

void input::close() {
  closing_ = true;
  flush();
}

void input::flush() {
  while (pipe_ && !queue_.empty()) {
    const auto rest = std::string_view(queue_.front().text).substr(written_);
    const auto n = ::write(pipe_.get(), rest.data(), rest.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return waits_.change(pipe_.get(), EPOLLOUT);
    if (n < 0)
      return abandon();
    written_ += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < rest.size())
      continue;
    queued_bytes_ -= queue_.front().text.size();
    queue_.pop_front();
    written_ = 0;
  }
  if (closing_)
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
    tell_(lost.n, "closed");
  queued_bytes_ = 0;
}

} // namespace troupe::keeper
