#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <thread>

namespace troupe::io {

/// The one place where the supervisor waits: one thread, one event loop. Everything in
/// this room lives on that thread and is called there, except what says otherwise.
/// Callbacks run on the loop's thread and must not block.
class loop {
public:
  loop();
  ~loop(); ///< Stops and joins.
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  void start();
  void stop(); ///< Any thread; returns when the thread has ended.

  /// Any thread: runs `work` on the loop's thread, in order of posting.
  void post(std::function<void()> work);

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

private:
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::thread thread_;
};

} // namespace troupe::io
