#pragma once

#include "cli/cells.hpp"
#include "cli/door.hpp"
#include "cli/options.hpp"
#include "protocol/runs.hpp"

#include <string>

/// The commands about teams and reasons. Each returns the exit code (options.hpp).
namespace troupe::cli {

[[nodiscard]] int start_team(door& at, const team_options& wanted);
[[nodiscard]] int show_tree(door& at, const tree_options& wanted);
[[nodiscard]] int show_why(door& at, const why_options& wanted);
[[nodiscard]] int restart_one(door& at, const restart_options& wanted);

/// Ends a team; waits `timeout_s` for its last member to be gone.
[[nodiscard]] int kill_team(door& at, const std::string& team, std::uint32_t timeout_s);

/// The page of `troupe tree`. Pure.
[[nodiscard]] std::string render_tree(const tree_view& tree, const look& as);

/// The page of `troupe why`. Pure.
[[nodiscard]] std::string render_why(const why_view& why, const look& as);

} // namespace troupe::cli
