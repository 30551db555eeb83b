#pragma once

#include <string>
#include <vector>

namespace troupe::e2e {

/// tree: says it is ready once these live: itself, deaf to SIGTERM, SIGINT and SIGHUP;
/// a child that left by a double fork and a session of its own; one that is stopped;
/// one that forks itself anew all the time. Never ends by itself.
int grow_tree(const std::vector<std::string>& args);

/// stray <program> <argument>…: executes the program as its child or, if the first
/// argument is --away, from a double fork in a session of its own; passes its output
/// on, and ends with it.
int stray(const std::vector<std::string>& args);

} // namespace troupe::e2e
