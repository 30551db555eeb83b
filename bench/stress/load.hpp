#pragma once

#include "protocol/json.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>

#include <functional>
#include <string>
#include <vector>

/// Many clients on one thread, so that measuring costs the same whoever is measured.
namespace troupe::stress {

/// Makes one tools/call after another. On the thread of its loop, which it must outlive
/// or never run again without.
class caller {
public:
  caller() = default;
  virtual ~caller() = default;
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  /// One call; `then` once its answer has come, which must be a good one (else the
  /// program gives up). Not before the last one is answered.
  virtual void call(std::function<void()> then) = 0;
};

using callers = std::vector<caller*>;

/// Runs the loop until that is so; gives up after ten minutes, and says on `what`.
void run_until(
  boost::asio::io_context& on,
  const std::function<bool()>& done,
  const std::string& what);

/// Runs the loop for so long: what comes unasked is heard.
void run_for(boost::asio::io_context& on, int ms);

/// Each gives the spread of the answers' times and `per_second`.

/// Calls of one client, each after the answer to the one before.
json call_in_turn(boost::asio::io_context& on, caller& who, int times);

/// Calls at a steady rate, by each client in turn. The time of one counts from when it
/// was due, so that a server which falls behind is seen to.
json call_at_rate(
  boost::asio::io_context& on, const callers& who, int per_second, int seconds);

/// All clients at once, each again as soon as it is answered.
json call_at_once(boost::asio::io_context& on, const callers& who, int seconds);

} // namespace troupe::stress
