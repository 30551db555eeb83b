#include "cli/dialer.hpp"

#include <algorithm>
#include <utility>

namespace troupe::cli {

void dialer::begin(clock::time_point now, bool once) {
  once_ = once;
  heard_ = false;
  exhausted_ = false;
  end_ = now + patience;
  due_ = now;
  pause_ = pause_min;
}

void dialer::again(clock::time_point now) {
  if (heard_)
    return begin(now, false);
  once_ = false;
  exhausted_ = now >= end_;
  due_ = exhausted_ ? now : now + pause_;
  pause_ = std::min(pause_ * 2, pause_max);
}

void dialer::hurry(clock::time_point now) {
  if (!start_)
    due_ = std::min(due_, now);
}

dialer::outcome dialer::step(clock::time_point now, bool needed) {
  if (exhausted_)
    return failed("it takes connections and hangs up; see daemon.log");
  if (start_)
    return started(now);
  auto link = connect_to(where_.socket);
  if (!link)
    return refused(now, std::move(link.error()), needed);
  link_ = std::move(*link);
  return outcome::connected;
}

dialer::outcome dialer::started(clock::time_point now) {
  const auto done = start_->outcome();
  if (!done)
    return outcome::waiting;
  start_.reset();
  if (!*done)
    return once_ ? failed(done->error().message) : retry(now, done->error().message);
  auto link = connect_to(where_.socket);
  if (!link)
    return retry(now, std::move(link.error().message));
  link_ = std::move(*link);
  return outcome::connected;
}

dialer::outcome dialer::refused(clock::time_point now, error why, bool needed) {
  if (why.code == errc::busy)
    return retry(now, std::move(why.message));
  if (why.code != errc::not_found)
    return failed(std::move(why.message));
  if (where_.inside_run) {
    why.message += "; " + forbidden_inside(where_);
    return once_ ? failed(std::move(why.message)) : retry(now, std::move(why.message));
  }
  if (!needed)
    return retry(now, std::move(why.message));
  start_ = std::make_unique<starter>(where_);
  due_ = start_->fd() < 0 ? now : clock::time_point::max();
  return outcome::waiting;
}

dialer::outcome dialer::retry(clock::time_point now, std::string why) {
  if (now + pause_ > end_)
    return failed(std::move(why));
  why_ = std::move(why);
  due_ = now + pause_;
  pause_ = std::min(pause_ * 2, pause_max);
  return outcome::waiting;
}

dialer::outcome dialer::failed(std::string why) {
  why_ = std::move(why);
  due_ = clock::time_point::max();
  return outcome::failed;
}

} // namespace troupe::cli
