#pragma once

#include <functional>
#include <map>
#include <string>

namespace troupe::agents {

/// The personas that ship with the program, by name: the files of agents/profiles.
[[nodiscard]] const std::map<std::string, std::string, std::less<>>& shipped_profiles();

} // namespace troupe::agents
