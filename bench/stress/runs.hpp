#pragma once

#include "bench/stress/client.hpp"
#include "bench/stress/daemon.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Starting runs through the door.
namespace troupe::stress {

/// Arguments of spawn_run for a program; its stdin is empty.
[[nodiscard]] json process_run(const std::vector<std::string>& argv);

/// Starts one and gives its id.
std::string spawn(client& door, const json& arguments);

/// Starts many, at most `at_once` calls at once.
std::vector<std::string>
spawn_many(client& door, const json& arguments, std::size_t count, std::size_t at_once);

/// What an `announcer` (agents.hpp) told.
struct announcement {
  int pid = 0;
  std::int64_t at_ns = 0; ///< Monotonic.
};

/// The next one behind event `seq`, which moves on.
announcement
next_announcement(client& door, const std::string& run, std::uint64_t& seq);

/// Waits until as many agents are alive, as the keeper's children tell.
void await_agents(const daemon& at, std::size_t count);

} // namespace troupe::stress
