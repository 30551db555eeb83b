#include "keeper/supervisor_process.hpp"

#include "keeper/log.hpp"
#include "keeper/processes.hpp"
#include "keeper/wire.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

std::vector<std::string> environment(std::uint64_t epoch) {
  auto all = own_environment("TROUPE_EPOCH");
  all.push_back("TROUPE_EPOCH=" + std::to_string(epoch));
  return all;
}

std::string in_words(const ending& how) {
  const auto number = std::to_string(how.status);
  return how.cause == CLD_EXITED ? "code=" + number : "signal=" + number;
}

} // namespace

supervisor_process::supervisor_process(
  poller& waits, children& kids, lease& right, std::vector<std::string> argv)
  : waits_(waits), kids_(kids), lease_(right), argv_(std::move(argv)),
    keeper_(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0))) {}

supervisor_process::~supervisor_process() {
  kids_.forget(process_.pid);
  if (link_)
    waits_.forget(link_->fd());
  for (auto* timer : {&next_ping_, &next_start_, &farewell_})
    waits_.cancel(*timer);
}

void supervisor_process::run(keeper_pace pace, bool was_ready, events to) {
  pace_ = pace;
  was_ready_ = was_ready;
  to_ = std::move(to);
  begin();
}

launch supervisor_process::prepared(std::uint64_t epoch, int link) const {
  launch what;
  what.program = argv_.front();
  what.argv = argv_;
  what.env = environment(epoch);
  what.stdio = {-1, STDERR_FILENO, STDERR_FILENO};
  what.handed = {link, lease_.listener(), lease_.lock(), keeper_.get()};
  return what;
}

void supervisor_process::begin() {
  next_start_ = 0;
  const auto epoch = lease_.next_epoch();
  if (!epoch)
    return failed(epoch.error().message);
  std::array<int, 2> ends{-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) < 0)
    return failed(std::string("socketpair: ") + std::strerror(errno));
  descriptor ours(ends[0]);
  const descriptor theirs(ends[1]);
  const descriptor nowhere(open("/dev/null", O_RDONLY | O_CLOEXEC));
  epoch_ = *epoch;
  auto what = prepared(epoch_, theirs.get());
  what.stdio[0] = nowhere.get();
  auto process = start(what);
  if (!process)
    return failed(explain(process.error(), what));
  begun(std::move(*process), std::move(ours));
}

void supervisor_process::begun(launched process, descriptor link) {
  process_ = std::move(process);
  log(
    "supervisor started pid=" + std::to_string(process_.pid) +
    " epoch=" + std::to_string(epoch_));
  is_ready_ = has_served_ = false;
  last_heard_ = poller::clock::now();
  kids_.expect(process_.pid, [this](const ending& how) { on_end(how); });
  link_ = std::make_unique<channel>(std::move(link));
  waits_.watch(link_->fd(), EPOLLIN, [this](std::uint32_t) {
    hear();
    flush();
  });
  next_ping_ = waits_.after(pace_.ping, [this] { ping(); });
  to_.begun();
}

bool supervisor_process::hear() {
  if (!link_)
    return false;
  const auto left = link_->read([this](std::string_view line) { heed(line); });
  if (left == channel::rest::closed) {
    waits_.forget(link_->fd());
    kill("closed its link");
  }
  return left == channel::rest::perhaps;
}

void supervisor_process::heed(std::string_view line) {
  auto got = read_order(line);
  if (!got)
    return log("order not understood: " + got.error().message);
  if (got->epoch != epoch_)
    return log("order of epoch " + std::to_string(got->epoch) + " ignored");
  last_heard_ = poller::clock::now();
  if (std::holds_alternative<pong_order>(got->what)) {
    has_served_ = is_ready_;
  } else if (std::holds_alternative<ready_order>(got->what)) {
    is_ready_ = true;
    if (!std::exchange(was_ready_, true))
      to_.ready();
  } else {
    to_.ordered(std::move(got->what));
  }
}

void supervisor_process::ping() {
  if (poller::clock::now() - last_heard_ > pace_.patience)
    return kill("does not answer");
  next_ping_ = waits_.after(pace_.ping, [this] { ping(); });
  send(ping_report{++pings_}, {});
}

void supervisor_process::send(const report& what, std::span<const int> beside) {
  if (!link_)
    return;
  link_->send(print(what), beside);
  flush();
}

void supervisor_process::flush() {
  if (!link_)
    return;
  if (!link_->flush())
    return kill("does not read its link");
  waits_.change(link_->fd(), link_->waits() ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void supervisor_process::kill(std::string_view why) {
  if (!lives())
    return;
  if (!retired_)
    log("supervisor pid=" + std::to_string(process_.pid) + " " + std::string(why));
  if (retired_ && why == "closed its link")
    return;
  send_signal(process_.pidfd.get(), SIGKILL);
}

void supervisor_process::retire(const std::string& reason) {
  retired_ = true;
  waits_.cancel(next_start_);
  if (!lives())
    return;
  send(dismiss_report{reason}, {});
  shutdown(link_->fd(), SHUT_WR);
  farewell_ = waits_.after(pace_.farewell, [this] { kill("stays after quit"); });
}

void supervisor_process::unretire() {
  retired_ = false;
  next_start_ = waits_.after(std::chrono::milliseconds(0), [this] { begin(); });
}

/// Its last orders may still be in the link.
void supervisor_process::on_end(const ending& how) {
  process_.pid = 0;
  while (hear())
    ;
  waits_.forget(link_->fd());
  link_.reset();
  waits_.cancel(next_ping_);
  waits_.cancel(farewell_);
  process_.pidfd.reset();
  if (is_ready_) {
    failures_ = 0;
    backoff_ = {};
  }
  failed("supervisor ended " + in_words(how));
  to_.died();
}

void supervisor_process::failed(const std::string& why) {
  log(why);
  if (retired_)
    return;
  if (++failures_ >= failures_max && !was_ready_)
    return to_.hopeless(why);
  if (!std::exchange(has_served_, false))
    backoff_ = std::clamp(backoff_ * 2, pace_.backoff_min, pace_.backoff_max);
  next_start_ = waits_.after(backoff_, [this] { begin(); });
}

} // namespace troupe::keeper
