#pragma once

#include "keeper/descriptor.hpp"

#include <functional>

namespace troupe::e2e {

/// A process that outlives this one, however it dies: if that happens before this
/// object is gone, `clear_up` runs there, as a fork left the memory. For a process of
/// one thread.
class guard {
public:
  explicit guard(const std::function<void()>& clear_up);
  ~guard();
  guard(const guard&) = delete;
  guard& operator=(const guard&) = delete;

private:
  keeper::descriptor lifeline_; ///< Closed without a word: this process has died.
};

} // namespace troupe::e2e
