#pragma once

#include "protocol/result.hpp"
#include "protocol/team_views.hpp"
#include "protocol/teams.hpp"
#include "supervision/team_tree.hpp"

#include <map>
#include <string>
#include <vector>

/// From what a caller asked to a tree of teams: pure, without actors.
namespace troupe {

/// A team that may be begun.
struct planned_team {
  std::vector<supervision::team_spec> specs; ///< As team_tree takes them.
  std::map<supervision::member_place, spawn_run> runs;
};

/// What is shown of a member of a team that has begun, but for its run or team.
[[nodiscard]] member_view
view_of(const supervision::team& of, std::size_t member, const std::string& path);

/// What is shown before it begins: its own members, all waiting.
[[nodiscard]] std::vector<member_view> all_waiting(const planned_team& plan);

/// What `definition` says, if there is one, in place of the other fields; an error
/// names the line. The caller's own name and key win over those of the text.
[[nodiscard]] result<spawn_team> read_definition(spawn_team request);

/// Checks everything that can be checked without knowing the runs there are: names,
/// dependencies, limits (64 members in all, 4 levels). Errors name the path.
[[nodiscard]] result<planned_team> plan_team(const spawn_team& request);

} // namespace troupe
