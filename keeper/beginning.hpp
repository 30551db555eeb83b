#pragma once

#include "keeper/keeper.hpp"
#include "keeper/succession.hpp"

#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace troupe::keeper {

/// What a keeper begins with: the first is given it by the system, every later one by
/// the one before.
struct beginning {
  result<lease> right;
  rlimit files{}; ///< Of open files, as agents get it.
  mode_t mask = 0;
  std::optional<std::vector<inheritance::part>> left;
};

/// Takes the lease or what was passed on; from here on the umask is 077.
[[nodiscard]] beginning begin(const keeper_options& options);

/// The starter waits for one line. Closes `fd`; nothing if it is -1.
void tell_starter(int& fd, const std::string& line);

/// The end of a daemon that is one client's: its state directory goes with it, if it
/// was made for that (`fleeting_file` is in it), nobody serves it, and no worktree is
/// in it, whose work may be nowhere else. True if it is gone.
bool remove_fleeting(const std::string& state_dir);

/// In each state directory of a standalone client, and locked by it while it lives.
inline constexpr const char* fleeting_file = "standalone.lock";

} // namespace troupe::keeper
