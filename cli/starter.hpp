#pragma once

#include "cli/place.hpp"
#include "keeper/descriptor.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// Connects to a listening daemon without waiting; fails if nobody listens.
[[nodiscard]] result<keeper::descriptor> connect_to(const std::string& socket);

/// What of an environment a daemon is given: nothing that belongs to one client.
[[nodiscard]] std::vector<std::string>
daemon_environment(const std::vector<std::string>& full, const place& where);

/// Brings up the daemon in a child process, so that who waits for it can do other
/// things meanwhile. Any number may try at once: under the state directory's start.lock
/// one of them starts it and the others find it listening.
class starter {
public:
  /// Longest time from here to a daemon that listens.
  static constexpr std::chrono::seconds patience{10};

  explicit starter(const place& where);
  ~starter(); ///< Gives up an attempt that is underway.
  starter(const starter&) = delete;
  starter& operator=(const starter&) = delete;

  /// Readable once it is known how it went; -1 if it could not even begin.
  [[nodiscard]] int fd() const { return news_.get(); }

  /// How it went: empty while that is not known, else success or why not, with the last
  /// lines of the daemon's log.
  [[nodiscard]] std::optional<result<void>> outcome();

private:
  void reap();

  keeper::descriptor news_;
  int pid_ = -1;
  std::string text_;
};

/// Connects, starting the daemon first if nobody listens and this is allowed.
[[nodiscard]] result<keeper::descriptor> reach_daemon(const place& where);

} // namespace troupe::cli
