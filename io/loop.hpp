#pragma once

#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace troupe::io {

/// The one place where the supervisor waits: one thread, one event loop. Everything in
/// this room lives on that thread and is called there, except what says otherwise.
/// Callbacks run on the loop's thread and must not block; an exception out of one is a
/// bug and aborts the process with a sentence. The loop outlives all that is built on
/// it.
class loop {
public:
  loop();
  ~loop(); ///< Stops and joins.
  loop(const loop&) = delete;
  loop& operator=(const loop&) = delete;

  void start();

  /// Any thread, any number of times; returns when the thread has ended, or at once on
  /// the loop's own thread, which ends after the running callback. What is still posted
  /// is dropped. A stopped loop cannot be started again.
  void stop();

  /// Any thread: runs `work` on the loop's thread, in order of posting.
  void post(std::function<void()> work);

  /// Any thread: as post, but returns when `work` is done. Runs it here if this is the
  /// loop's thread, or if the loop is not running. For destructors: what ends so makes
  /// no callback afterwards.
  void perform(const std::function<void()>& work);

  [[nodiscard]] boost::asio::io_context& context() { return context_; }

private:
  void run();

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool running_ = false;
  std::thread thread_;
};

} // namespace troupe::io
