#pragma once

#include "cli/place.hpp"
#include "cli/setup_options.hpp"

namespace troupe::cli {

/// `troupe setup`: enters Troupe in the configuration of a client, or takes it out;
/// shows what changes, and with dry_run nothing but that. A file that cannot be read as
/// what it should be is left alone. What is written is whole or not at all, with the
/// mode that the file had; a link stays one. Returns the exit code.
///
/// What a relay needs to find this daemon again is written down where a client's
/// environment may not have it: another state directory, another runtime directory.
/// Codex hands on nearly nothing.
[[nodiscard]] int set_up(const place& where, const setup_options& wanted);

} // namespace troupe::cli
