#include "tests/supervision/team_world.hpp"

#include <gmock/gmock.h>

namespace troupe::supervision {
namespace {

using test::chain;
using test::loose;
using test::team_world;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum member_end;

/// a, then the team b of (b/a, b/b), then c.
std::vector<team_spec> nested(std::uint32_t outer = 3, std::uint32_t inner = 3) {
  auto above = chain(3);
  above.max_restarts = outer;
  above.members[1].team = 1;
  auto below = chain(2);
  below.max_restarts = inner;
  return {above, below};
}

TEST(TeamTree, StartsANestedTeamInItsTurnAndWaitsForAllOfIt) {
  team_world w(nested());

  EXPECT_THAT(w.begin(), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), ElementsAre("start b/a"));
  EXPECT_THAT(w.speaks("b/a"), ElementsAre("start b/b"));
  EXPECT_THAT(w.speaks("b/b"), ElementsAre("start c"));
}

TEST(TeamTree, StopsANestedTeamInItsTurn) {
  team_world w(nested());
  w.all_speak();

  EXPECT_THAT(w.stop(), ElementsAre("stop c"));
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("stop b/b"));
  EXPECT_THAT(w.ends("b/b", cancelled), ElementsAre("stop b/a"));
  EXPECT_THAT(w.ends("b/a", cancelled), ElementsAre("stop a"));
  EXPECT_THAT(w.ends("a", cancelled), ElementsAre("over"));
}

TEST(TeamTree, EscalatesAFailedTeamToTheTeamAbove) {
  team_world w(nested(1, 0));
  w.all_speak();

  EXPECT_THAT(w.ends("b/a"), ElementsAre("stop b/b"));
  EXPECT_THAT(w.ends("b/b", cancelled), ElementsAre("start b/a"));
  EXPECT_THAT(w.of("b").cause, HasSubstr("b no restart left"));
  EXPECT_EQ(w.phase(), team_phase::running);

  EXPECT_THAT(w.ends("b/a"), ElementsAre("stop c"));
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("stop a"));
  EXPECT_THAT(w.ends("a", cancelled), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::failed);
}

TEST(TeamTree, TriesAsOftenAsTheProductOverTheLevelsSays) {
  team_world w(nested(2, 2));
  w.all_speak();
  int starts = 0;
  for (auto todo = w.ends("b/b"); w.phase() == team_phase::running;) {
    std::vector<std::string> next;
    for (const auto& each : todo) {
      if (each == "start b/b")
        ++starts;
      const auto who = each.substr(each.find(' ') + 1);
      for (auto& more : each.starts_with("stop ") ? w.ends(who, cancelled)
                        : who == "b/b"            ? w.ends(who)
                                                  : w.speaks(who))
        next.push_back(std::move(more));
    }
    todo = std::move(next);
  }
  EXPECT_EQ(starts + 1, 3 * 3) << "with the first";
}

TEST(TeamTree, DoesNotRestartWhatWouldFailTheSameWayAgain) {
  team_world w(nested());
  w.all_speak();

  (void)w.ends("b/b", hopeless);
  EXPECT_EQ(w.of("b/a").phase, member_phase::stopping);
  EXPECT_THAT(w.ends("b/a", cancelled), ElementsAre("stop c"));
  EXPECT_THAT(w.cause(), HasSubstr("b would fail the same way again"));
}

TEST(TeamTree, KillsTheInsideOfATeamWhoseTimeIsOver) {
  auto specs = nested();
  specs[0].stop_within = std::chrono::milliseconds(10);
  team_world w(specs);
  w.all_speak();
  (void)w.stop();
  (void)w.ends("c", cancelled);

  EXPECT_THAT(w.after(10), ElementsAre("kill b/b", "kill b/a", "kill a"));
}

TEST(TeamTree, RestartsNothingInATeamThatIsToStopLater) {
  team_world w(nested());
  w.all_speak();
  EXPECT_THAT(w.stop(), ElementsAre("stop c"));

  EXPECT_THAT(w.ends("b/a"), IsEmpty()) << "its turn has not come, but no start either";
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("stop b/b"));
  EXPECT_THAT(w.ends("b/b", cancelled), ElementsAre("stop a"));
}

TEST(TeamTree, GoesOnFromWhatWasSaved) {
  team_world w(nested(0, 3));
  w.all_speak();
  (void)w.ends("b/b");
  team_world again(nested(0, 3), w.tree.states());

  EXPECT_EQ(again.tree.states(), w.tree.states());
  EXPECT_THAT(again.speaks("b/b"), IsEmpty());
  EXPECT_EQ(again.of("b/b").starts, 2u);
  EXPECT_THAT(again.ends("c"), ElementsAre("stop b/b"));
  EXPECT_THAT(again.ends("b/b", cancelled), ElementsAre("stop b/a"));
}

} // namespace
} // namespace troupe::supervision
