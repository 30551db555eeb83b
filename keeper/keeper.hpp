#pragma once

#include "keeper/identity.hpp"
#include "keeper/supervisor_process.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::keeper {

/// What `troupe keeper` is told.
struct keeper_options {
  std::string state_dir; ///< Absolute; see paths.hpp.
  std::string socket;    ///< Where clients connect; see paths.hpp.

  /// argv of the supervisor; argv[0] is a path. It gets the link, the listener and the
  /// lock by number (wire.hpp) and TROUPE_EPOCH.
  std::vector<std::string> supervisor;

  /// argv of `troupe hold`; argv[0] is a path.
  std::vector<std::string> hold;

  /// argv of this keeper, by which it is followed (succession.hpp); argv[0] is a path.
  std::vector<std::string> self;

  /// The process that the daemon ends with, as by SIGTERM; if it is no more, at once.
  /// Absent: it is nobody's own.
  std::optional<identity> owner;

  /// The state directory ends with it (beginning.hpp, remove_fleeting).
  bool fleeting = false;

  /// What an earlier keeper left. -1: this is the first.
  int manifest_fd = -1;

  /// Gets one line and is closed: an empty line when the supervisor is ready for the
  /// first time, else why there is no daemon. -1: nobody waits.
  int ready_fd = -1;

  keeper_pace pace{};
};

/// What keeper_main answers, for the process's exit code.
inline constexpr int keeper_ended = 0;  ///< By quit, SIGTERM or SIGINT.
inline constexpr int keeper_failed = 1; ///< It could not serve; the reason was told.
inline constexpr int keeper_taken = 3;  ///< Another keeper serves the state directory.

/// The daemon's root: parent of supervisor and agents, until it is told to end. Wants a
/// process of its own with one thread, whose stderr is the daemon's log; leaves no
/// process behind. SIGTERM and SIGINT ask the supervisor to end all runs, a second one
/// ends them at once. Agents get the umask and the limit of open files that it was
/// started with; it itself uses 077 and as many files as it may.
///
/// SIGUSR1 makes it read `<state>/upgrade.json` and become that program, with every
/// agent it has (upgrade.hpp). If it is killed, its supervisor becomes the next keeper;
/// if both are, the next one finds the agents in cgroups by what is written of them.
///
/// TROUPE_PROBE_<name>=0 makes it take the older path: CGROUP, CGROUP_KILL,
/// PIDFD_INFO, ZOMBIE, PIDFS.
[[nodiscard]] int keeper_main(keeper_options options);

} // namespace troupe::keeper
