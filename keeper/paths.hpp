#pragma once

#include "protocol/result.hpp"

#include <optional>
#include <string>
#include <string_view>

/// Where a daemon and those who look for it meet. Both sides call the same functions,
/// so that a client with little environment still finds the daemon of its user.
namespace troupe::keeper {

/// Absolute, without links: `given` (from --state-dir), else TROUPE_STATE_DIR, else
/// $XDG_STATE_HOME/troupe, else ~/.local/state/troupe (home of the user data base if
/// HOME is not set). Not created.
[[nodiscard]] result<std::string> state_dir(const std::optional<std::string>& given);

/// 8 hexadecimal digits that stand for a state directory in other names.
[[nodiscard]] std::string short_hash(std::string_view state_dir);

/// The socket of the daemon of `state_dir`: `<directory>/<hash>.sock`, with directory
/// $XDG_RUNTIME_DIR/troupe, else /run/user/<uid>/troupe if /run/user/<uid> is there and
/// ours, else /tmp/troupe-<uid> (whatever TMPDIR says: all clients must find the same).
/// Makes that directory (see private_directory).
[[nodiscard]] result<std::string> socket_path(const std::string& state_dir);

/// Makes it with its parents if need be. Fails unless it is a directory, no link, owned
/// by this user and closed to all others (mode 0700; an own one is corrected).
[[nodiscard]] result<void> private_directory(const std::string& path);

} // namespace troupe::keeper
