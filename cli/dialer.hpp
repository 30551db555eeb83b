#pragma once

#include "cli/starter.hpp"
#include "keeper/descriptor.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace troupe::cli {

/// Gets a relay its connection without ever blocking it: connects, has the daemon
/// started if somebody needs it, and tries again with growing pauses until an episode
/// of `patience` is over. Driven by step(); time is given.
class dialer {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds patience{30};
  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{2000};

  explicit dialer(const place& where) : where_(where) {}

  enum class outcome { waiting, connected, failed };

  /// Begins a new episode. With `once`, a daemon that is absent and cannot be started
  /// is not waited for.
  void begin(clock::time_point now, bool once);

  /// After a connection is lost: a new episode if the daemon has been heard on it, else
  /// the old one goes on: a daemon that only hangs up is not reached.
  void again(clock::time_point now);

  /// One step, due when `due()` is past or `fd()` is readable. `needed`: somebody waits
  /// for an answer, so that the daemon is to be started.
  [[nodiscard]] outcome step(clock::time_point now, bool needed);

  /// Cuts the present pause short.
  void hurry(clock::time_point now);

  /// The daemon has answered.
  void heard() { heard_ = true; }

  [[nodiscard]] clock::time_point due() const { return due_; }
  [[nodiscard]] int fd() const { return start_ ? start_->fd() : -1; }

  /// The connection; once after `connected`.
  keeper::descriptor take() { return std::move(link_); }

  /// Why it failed, for the client.
  [[nodiscard]] const std::string& why() const { return why_; }

private:
  [[nodiscard]] outcome started(clock::time_point now);
  [[nodiscard]] outcome refused(clock::time_point now, error why, bool needed);
  [[nodiscard]] outcome retry(clock::time_point now, std::string why);
  [[nodiscard]] outcome failed(std::string why);

  place where_;
  std::unique_ptr<starter> start_;
  keeper::descriptor link_;
  std::string why_;
  clock::time_point due_;
  clock::time_point end_;
  std::chrono::milliseconds pause_ = pause_min;
  bool once_ = true;
  bool heard_ = false;
  bool exhausted_ = false;
};

} // namespace troupe::cli
