#pragma once

#include <string>
#include <vector>

namespace troupe::e2e {

/// trick <name> <argument>…: one way of an agent to be hard to live with; the names
/// are in agent_tricks.cpp. Where the trick is done but the agent lives on, it says
/// "ready".
int trick(const std::vector<std::string>& args);

} // namespace troupe::e2e
