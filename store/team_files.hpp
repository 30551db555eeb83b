#pragma once

#include "protocol/result.hpp"
#include "store/layout.hpp"
#include "store/team_record.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// The directory of a team. Blocking; one writer a team. Errors name the file.
namespace troupe::store {

/// Makes the directory: launch.json first, then team.json, which makes it a team.
[[nodiscard]] result<void>
create_team(const layout& at, const team_record& team, const team_launch& launch);

/// Writes team.json; of a team that is final, removes launch.json after it.
[[nodiscard]] result<void> save_team(const layout& at, const team_record& team);

[[nodiscard]] result<team_record>
load_team(const layout& at, const std::string& team_id);

[[nodiscard]] result<team_launch>
load_team_launch(const layout& at, const std::string& team_id);

struct team_listing {
  std::vector<team_record> teams;
  std::vector<std::string> complaints; ///< Each names a file and what was done.
};

/// All teams, newest first; final ones that last changed more than `days` ago are
/// removed (0: kept for ever). What cannot be read is left as it is.
[[nodiscard]] team_listing
list_teams(const layout& at, timestamp now, std::uint32_t days);

} // namespace troupe::store
