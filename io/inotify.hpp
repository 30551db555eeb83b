#pragma once

#include <utility>

#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace troupe::io {

/// One inotify instance on the loop: says which file of a watched directory was created
/// or changed. Watches of one directory are shared and counted. Lives on the loop's
/// thread; silent after close().
class inotify : public std::enable_shared_from_this<inotify> {
public:
  struct events {
    std::function<void(int watch, std::string_view name)> changed;
    std::function<void(int watch)> gone; ///< The directory is; so is the watch.
    std::function<void()> overflowed;    ///< Anything may have changed.
  };

  /// Null where the kernel refuses another instance.
  [[nodiscard]] static std::shared_ptr<inotify>
  open(boost::asio::io_context& on, events to);

  /// -1 where the kernel refuses.
  [[nodiscard]] int add(const std::string& directory);
  void remove(int watch);
  void close();

private:
  inotify(boost::asio::io_context& on, events to);
  void wait();
  void read();

  boost::asio::posix::stream_descriptor kernel_;
  events to_;
  std::map<int, int> users_;
};

} // namespace troupe::io
