#pragma once

#include "examples/client.hpp"
#include "protocol/runs.hpp"

#include <string>

namespace troupe::examples {

/// Three workers at once: one finishes, one crashes and is restarted until it is done,
/// one will not go and is cancelled. Fails if any of them ends otherwise.
[[nodiscard]] result<void> play_workers(client& at, const std::string& cwd);

/// One Claude Code run on a prompt, in the present directory. Its questions are shown,
/// and answered from stdin. Fails if the run does not complete.
[[nodiscard]] result<void> play_claude(client& at, const std::string& prompt);

} // namespace troupe::examples
