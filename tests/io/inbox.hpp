#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <vector>

namespace troupe::io {

/// What callbacks on the loop's thread say to the test's: waits with a deadline, whose
/// passing is a failure.
template <class T>
class inbox {
public:
  static constexpr std::chrono::seconds patience{20};

  void put(T value) {
    const std::lock_guard hold(mutex_);
    values_.push_back(std::move(value));
    arrived_.notify_all();
  }

  /// The next `count` values; fewer, and a failure, if they do not come.
  std::vector<T> take(std::size_t count) {
    std::unique_lock hold(mutex_);
    const bool came =
      arrived_.wait_for(hold, patience, [&] { return values_.size() >= count; });
    EXPECT_TRUE(came) << "only " << values_.size() << " of " << count << " came";
    const auto end =
      values_.begin() + static_cast<std::ptrdiff_t>(std::min(count, values_.size()));
    std::vector<T> taken(
      std::make_move_iterator(values_.begin()), std::make_move_iterator(end));
    values_.erase(values_.begin(), end);
    return taken;
  }

  T next() {
    auto one = take(1);
    return one.empty() ? T{} : std::move(one.front());
  }

  /// Whatever has come so far.
  std::vector<T> take_all() {
    const std::lock_guard hold(mutex_);
    return std::exchange(values_, {});
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<T> values_;
};

} // namespace troupe::io
