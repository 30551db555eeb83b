#pragma once

#include "agents/environment.hpp"

#include <string>
#include <string_view>

namespace troupe::agents {

/// Which login the agents of a backend type use, as a word: runs of one account share
/// its usage limits. `configured` (backends.<name>.account) wins; else it is told by
/// where the agent keeps its login and by keys in the environment, of which only a hash
/// is in the word. Empty where logins cannot be told (process).
[[nodiscard]] std::string account_of(
  std::string_view backend_type, const std::string& configured, const environment& env);

} // namespace troupe::agents
