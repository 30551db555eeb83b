#pragma once

#include "cli/options.hpp"
#include "cli/place.hpp"

namespace troupe::cli {

/// The supervisor's program: `troupe-supervisor` beside this one, else in
/// ../libexec/troupe.
[[nodiscard]] result<std::string> find_supervisor(const std::string& own_program);

/// `troupe keeper` (internal): the daemon's root, in the foreground. Returns the
/// keeper's exit code.
[[nodiscard]] int keep(const place& where, const keeper_command& told);

} // namespace troupe::cli
