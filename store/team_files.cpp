#include "store/team_files.hpp"

#include "store/files.hpp"
#include "store/record_file.hpp"

#include "protocol/identity.hpp"
#include "protocol/json.hpp"

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t day_ms = 86'400'000;

} // namespace

result<void>
create_team(const layout& at, const team_record& team, const team_launch& launch) {
  const auto& id = team.view.team_id;
  if (!is_team_id(id))
    return fail(errc::invalid_argument, "\"" + id + "\" is not a team id");
  if (auto made = make_directory(at.team(id)); !made)
    return made;
  if (auto saved = save(at.team_launch_file(id), launch); !saved)
    return saved;
  return save(at.team_file(id), team);
}

result<void> save_team(const layout& at, const team_record& team) {
  const auto& id = team.view.team_id;
  if (auto saved = save(at.team_file(id), team); !saved || !is_final(team.view.phase))
    return saved;
  return remove_if_there(at.team_launch_file(id));
}

result<team_record> load_team(const layout& at, const std::string& team_id) {
  return load<team_record>(at.team_file(team_id));
}

result<team_launch> load_team_launch(const layout& at, const std::string& team_id) {
  return load<team_launch>(at.team_launch_file(team_id));
}

team_listing list_teams(const layout& at, timestamp now, std::uint32_t days) {
  team_listing listed;
  for (const auto& id : names_in(at.teams(), is_team_id)) {
    auto team = load_team(at, id);
    if (!team) {
      listed.complaints.push_back(team.error().message + "; left as it is");
      continue;
    }
    const auto age = now.ms - team->view.updated_at.ms;
    if (!is_final(team->view.phase) || days == 0 || age <= days * day_ms) {
      listed.teams.push_back(std::move(*team));
      continue;
    }
    std::error_code code;
    fs::remove_all(at.team(id), code);
    if (code)
      listed.complaints.push_back(
        file_error(code.value(), "remove", at.team(id)).message);
  }
  return listed;
}

} // namespace troupe::store
