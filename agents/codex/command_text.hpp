#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe::agents::codex {

/// The script inside a command line such as `/bin/bash -lc 'git log'`, whose words are
/// quoted for a shell; of a command that runs no shell the text itself. Nothing if the
/// words cannot be told apart, or a shell is given something else than one script.
[[nodiscard]] std::optional<std::string> script_in(std::string_view command);

/// The same to be shown: the text as it is where it cannot be read.
[[nodiscard]] std::string shown_command(std::string_view command);

} // namespace troupe::agents::codex
