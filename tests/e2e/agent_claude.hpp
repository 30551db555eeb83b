#pragma once

#include <string>
#include <vector>

namespace troupe::e2e {

/// As Claude Code talks, as far as a few turns need it: every line it is told is
/// answered in the session its command line names. In a prompt `build it` first asks
/// for leave to run make, and `LIMITED <seconds> <file>` meets a usage limit.
int claude(const std::vector<std::string>& args);

} // namespace troupe::e2e
