#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/record.hpp"
#include "protocol/result.hpp"
#include "protocol/values.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::keeper {

/// `<state>/daemon.json`: who serves this state directory. Absent while nobody does.
struct daemon_info {
  int pid = 0;
  std::uint64_t epoch = 0;
  std::string socket;
  std::string version;
  timestamp started_at;

  static constexpr auto fields() {
    return field_list{
      required("pid", &daemon_info::pid, "Of the keeper."),
      required("epoch", &daemon_info::epoch, "Of its supervisor, the newest."),
      required("socket", &daemon_info::socket, "Where clients connect."),
      required("version", &daemon_info::version, "Of the keeper."),
      required("started_at", &daemon_info::started_at, "When the keeper started."),
    };
  }
};

/// What daemon.json says; it may be left over from a daemon that was killed.
[[nodiscard]] std::optional<daemon_info> read_daemon(const std::string& state_dir);

/// The right to serve one state directory: its lock, its socket, its epoch. The lock is
/// one open file description, shared with the supervisor and the holds, so that it is
/// held while any of them lives, and passed from keeper to keeper; agents never get it.
class lease {
public:
  /// Makes the directory, takes the lock (`conflict` if another has it), binds the
  /// socket (mode 0600) in the place of a dead one.
  static result<lease> take(const std::string& state_dir, const std::string& socket);

  /// Of an earlier keeper, whose lock was never let go; `conflict` if it is not that of
  /// the state directory that is there now.
  static result<lease> inherit(
    const std::string& state_dir,
    const std::string& socket,
    descriptor lock,
    descriptor listener,
    timestamp started_at);

  lease(lease&&) = default;
  /// Removes socket and daemon.json, while the lock is still held.
  ~lease();

  [[nodiscard]] int lock() const { return lock_.get(); }
  [[nodiscard]] int listener() const { return listener_.get(); }
  [[nodiscard]] timestamp started_at() const { return started_at_; }

  /// One more than any before, on disk before it is returned.
  [[nodiscard]] result<std::uint64_t> next_epoch();

private:
  lease() = default;

  std::string state_dir_;
  std::string socket_;
  timestamp started_at_;
  descriptor lock_;
  descriptor listener_;
};

} // namespace troupe::keeper
