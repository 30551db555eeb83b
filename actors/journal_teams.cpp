#include "actors/journal.hpp"

#include "actors/errors.hpp"
#include "store/team_files.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The JOURNAL's teams.
namespace troupe {

result<written> journal_state::create(const create_team& what) {
  if (auto r = store::create_team(setup_.disk, what.record, what.launch); !r)
    return fail(std::move(r.error()));
  const auto& team_id = what.record.view.team_id;
  wrote(
    {setup_.disk.team_launch_file(team_id),
     setup_.disk.team_file(team_id),
     setup_.disk.team(team_id),
     setup_.disk.teams()});
  return written{};
}

result<written> journal_state::save(const save_team& what) {
  if (auto r = store::save_team(setup_.disk, what.record); !r)
    return fail(std::move(r.error()));
  const auto& team_id = what.record.view.team_id;
  wrote({setup_.disk.team_file(team_id), setup_.disk.team(team_id)});
  return written{};
}

result<loaded_team> journal_state::load(const load_team& what) {
  auto record = store::load_team(setup_.disk, what.team_id);
  if (!record)
    return fail(std::move(record.error()));
  loaded_team loaded{.record = std::move(*record), .launch = {}};
  if (auto launch = store::load_team_launch(setup_.disk, what.team_id))
    loaded.launch = std::move(*launch);
  return loaded;
}

all_teams journal_state::load_all_teams() {
  auto listed =
    store::list_teams(setup_.disk, setup_.world->wall(), setup_.retention_days);
  return {.teams = std::move(listed.teams), .complaints = std::move(listed.complaints)};
}

} // namespace troupe
