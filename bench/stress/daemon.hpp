#pragma once

#include "keeper/spawn.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::stress {

/// A daemon of our own: the real binaries on a temporary state directory, with limits
/// that let everything through. Stopped, its processes ended and its files removed,
/// with this object; one at a time.
class daemon {
public:
  /// Makes the directories and starts nothing. `troupe`: path of the program; `more`:
  /// further lines of its configuration.
  explicit daemon(std::string troupe, std::string_view more = {});
  ~daemon();
  daemon(const daemon&) = delete;
  daemon& operator=(const daemon&) = delete;

  /// Runs `troupe daemon start`.
  void start();
  void stop();

  [[nodiscard]] const std::string& state() const { return state_; }
  [[nodiscard]] const std::string& socket() const { return socket_; }
  [[nodiscard]] std::string directory() const { return directory_; }

  [[nodiscard]] int keeper() const;
  [[nodiscard]] int supervisor() const; ///< 0 while there is none.
  /// Keeper, supervisor and what else of ours lives; no agents.
  [[nodiscard]] std::vector<int> processes() const;

  /// `troupe --state-dir … <words>` with these for stdin and stdout (-1: /dev/null).
  [[nodiscard]] keeper::launched
  run(std::vector<std::string> words, int in = -1, int out = -1) const;

private:
  std::string troupe_;
  std::string directory_;
  std::string state_;
  std::string socket_;
};

/// Waits for the end of a child; its exit code, or -1.
int ended(const keeper::launched& child);

} // namespace troupe::stress
