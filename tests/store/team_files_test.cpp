#include "store/team_files.hpp"

#include "protocol/identity.hpp"
#include "protocol/json.hpp"
#include "tests/store/scratch.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace troupe::store {
namespace {

struct team_files : ::testing::Test {
  scratch dir;
  layout at{dir.path()};
  timestamp now = wall_now();

  team_record made(team_phase phase = team_phase::running) {
    team_record team;
    team.view.team_id = new_team_id(now);
    team.view.name = "t";
    team.view.updated_at = now;
    team.members["a"].made = 1;
    team.states.emplace_back().members.resize(1);
    EXPECT_TRUE(create_team(at, team, team_launch{}));
    team.view.phase = phase;
    EXPECT_TRUE(save_team(at, team));
    return team;
  }
};

TEST_F(team_files, KeepAllThatASuccessorNeeds) {
  const auto team = made();

  const auto again = load_team(at, team.view.team_id);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->states, team.states);
  EXPECT_EQ(again->members.at("a").made, 1u);
  EXPECT_TRUE(load_team_launch(at, team.view.team_id));
}

TEST_F(team_files, LoseTheirSecretsWithTheEnd) {
  const auto team = made(team_phase::completed);

  EXPECT_FALSE(load_team_launch(at, team.view.team_id));
}

TEST_F(team_files, AreListedAndRemovedWhenOld) {
  const auto live = made();
  const auto ended = made(team_phase::failed);
  std::filesystem::create_directories(at.teams() / "nonsense");

  EXPECT_EQ(list_teams(at, now, 1).teams.size(), 2u);
  const auto later = list_teams(at, {now.ms + 2 * 86'400'000}, 1);
  ASSERT_EQ(later.teams.size(), 1u);
  EXPECT_EQ(later.teams[0].view.team_id, live.view.team_id);
  EXPECT_FALSE(std::filesystem::exists(at.team(ended.view.team_id)));
}

TEST_F(team_files, ThatAreDamagedAreLeftAndReported) {
  const auto team = made();
  std::ofstream(at.team_file(team.view.team_id)) << "{";

  const auto listed = list_teams(at, now, 1);
  EXPECT_TRUE(listed.teams.empty());
  EXPECT_EQ(listed.complaints.size(), 1u);
}

} // namespace
} // namespace troupe::store
