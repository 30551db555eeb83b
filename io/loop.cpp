#include "io/loop.hpp"

#include <boost/asio/post.hpp>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace troupe::io {

loop::loop() : guard_(boost::asio::make_work_guard(context_)) {}

loop::~loop() {
  stop();
}

void loop::start() {
  const std::lock_guard hold(mutex_);
  if (thread_.joinable())
    return;
  running_ = true;
  thread_ = std::thread([this] { run(); });
}

void loop::run() {
  try {
    context_.run();
  } catch (const std::exception& e) {
    const auto sentence =
      std::string("troupe: a callback on the io loop threw, which is a bug: ") +
      e.what() + "\n";
    std::fputs(sentence.c_str(), stderr);
    std::abort();
  }
  const std::lock_guard hold(mutex_);
  running_ = false;
  changed_.notify_all();
}

void loop::stop() {
  context_.stop();
  if (context_.get_executor().running_in_this_thread())
    return;
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return !running_; });
  if (thread_.joinable())
    thread_.join();
}

void loop::post(std::function<void()> work) {
  boost::asio::post(context_, std::move(work));
}

void loop::perform(const std::function<void()>& work) {
  if (context_.get_executor().running_in_this_thread())
    return work();
  bool done = false;
  std::unique_lock hold(mutex_);
  if (running_) {
    post([this, &work, &done] {
      work();
      const std::lock_guard lock(mutex_);
      done = true;
      changed_.notify_all();
    });
    changed_.wait(hold, [this, &done] { return done || !running_; });
  }
  hold.unlock();
  if (!done)
    work();
}

} // namespace troupe::io
