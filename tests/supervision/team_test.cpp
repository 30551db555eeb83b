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

TEST(Team, StartsEachMemberWhenThoseItNeedsHaveSpoken) {
  team_world w({chain(3)});

  EXPECT_THAT(w.begin(), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), ElementsAre("start b"));
  EXPECT_THAT(w.speaks("a"), IsEmpty()) << "twice is once";
  EXPECT_THAT(w.speaks("b"), ElementsAre("start c"));
}

TEST(Team, StartsWhoNeedsNobodyAtOnce) {
  team_world w({loose(3)});

  EXPECT_THAT(w.begin(), ElementsAre("start a", "start b", "start c"));
}

TEST(Team, WaitsForTheResultWhereThatIsWanted) {
  auto spec = chain(2);
  spec.members[0].ready = readiness::completed;
  team_world w({spec});
  (void)w.begin();

  EXPECT_THAT(w.speaks("a"), IsEmpty());
  EXPECT_THAT(w.tree.at(0).waits_for(1), ElementsAre("a"));
  EXPECT_THAT(w.ends("a", completed), ElementsAre("start b"));
}

TEST(Team, TakesACompletionWithoutAWordForReady) {
  team_world w({chain(2)});
  (void)w.begin();

  EXPECT_THAT(w.ends("a", completed), ElementsAre("start b"));
}

TEST(Team, StopsInReverseAndOneLevelAtATime) {
  auto spec = loose(4);
  spec.members[1].needs = {0};
  spec.members[2].needs = {0};
  spec.members[3].needs = {1, 2};
  team_world w({spec});
  w.all_speak();

  EXPECT_THAT(w.stop(), ElementsAre("stop d"));
  EXPECT_THAT(w.ends("d", cancelled), ElementsAre("stop c", "stop b"));
  EXPECT_THAT(w.ends("b", cancelled), IsEmpty());
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("stop a"));
  EXPECT_THAT(w.ends("a", cancelled), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::cancelled);
}

TEST(Team, KillsWhoeverIsLeftWhenTheTimeToStopIsOver) {
  auto spec = chain(3);
  spec.stop_within = std::chrono::milliseconds(100);
  team_world w({spec});
  w.all_speak();
  (void)w.stop();

  EXPECT_THAT(w.after(99), IsEmpty());
  EXPECT_THAT(w.after(1), ElementsAre("kill c", "kill b", "kill a"));
  EXPECT_FALSE(w.tree.next_due());
  (void)w.ends("a", cancelled);
  (void)w.ends("b", cancelled);
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("over"));
}

TEST(Team, GivesARestartOfSiblingsTheSameTimeToStop) {
  auto spec = chain(2, strategy::one_for_all);
  spec.stop_within = std::chrono::milliseconds(100);
  team_world w({spec});
  w.all_speak();

  EXPECT_THAT(w.ends("a"), ElementsAre("stop b"));
  EXPECT_THAT(w.after(100), ElementsAre("kill b"));
  EXPECT_THAT(w.ends("b", cancelled), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), ElementsAre("start b"));
}

TEST(Team, RestartsThoseWhoNeedTheMemberAndNoOthers) {
  auto spec = loose(4, strategy::rest_for_one);
  spec.members[2].needs = {0};
  spec.members[3].needs = {2};
  team_world w({spec});
  w.all_speak();

  EXPECT_THAT(w.ends("a"), ElementsAre("stop d"));
  EXPECT_THAT(w.ends("d", cancelled), ElementsAre("stop c"));
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("start a"));
  EXPECT_THAT(w.of("c").cause, HasSubstr("rest_for_one: a ended"));
}

TEST(Team, RunsAgainWhatHadCompletedOnWhatIsRestarted) {
  team_world w({chain(2, strategy::rest_for_one)});
  w.all_speak();
  (void)w.ends("b", completed);

  EXPECT_THAT(w.ends("a"), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), ElementsAre("start b"));
}

TEST(Team, LeavesACancelledMemberAlone) {
  team_world w({chain(2, strategy::one_for_all, restart_type::permanent)});
  w.all_speak();

  EXPECT_THAT(w.ends("b", cancelled), IsEmpty());
  EXPECT_THAT(w.ends("a"), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), IsEmpty()) << "a person's stop outlives a sibling's fate";
  EXPECT_EQ(w.of("b").phase, member_phase::ended);
}

TEST(Team, KeepsACancellationThatComesWhileTheMemberIsToGoDown) {
  team_world w({chain(3, strategy::one_for_all)});
  w.all_speak();
  EXPECT_THAT(w.ends("a"), ElementsAre("stop c"));

  EXPECT_THAT(w.ends("b", cancelled), IsEmpty()) << "by a person: b was not told yet";
  EXPECT_THAT(w.ends("c", cancelled), ElementsAre("start a"));
  EXPECT_THAT(w.speaks("a"), ElementsAre("start c"));
  EXPECT_EQ(w.of("b").phase, member_phase::ended);
}

TEST(Team, AllowsSoManyRestartsInAnyPeriod) {
  auto spec = loose(1);
  spec.max_restarts = 2;
  spec.period = std::chrono::seconds(10);
  team_world w({spec});
  w.all_speak();

  EXPECT_THAT(w.ends("a"), ElementsAre("start a"));
  (void)w.after(9'999);
  EXPECT_THAT(w.ends("a"), ElementsAre("start a"));
  (void)w.after(1);
  EXPECT_THAT(w.ends("a"), ElementsAre("start a")) << "the first is out of the window";
  EXPECT_THAT(w.ends("a"), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::failed);
  EXPECT_THAT(w.cause(), HasSubstr("no restart left of at most 2 in 10 s for a"));
}

TEST(Team, TriesAStartAgainThatWasRefusedLaterEachTime) {
  auto spec = loose(1);
  spec.max_restarts = 10;
  team_world w({spec});
  (void)w.begin();

  EXPECT_THAT(w.refused("a"), IsEmpty());
  EXPECT_THAT(w.after(499), IsEmpty());
  EXPECT_THAT(w.after(1), ElementsAre("start a"));
  (void)w.refused("a");
  EXPECT_THAT(w.after(999), IsEmpty());
  EXPECT_THAT(w.after(1), ElementsAre("start a"));
}

TEST(Team, CountsRefusedStartsAgainstTheIntensity) {
  auto spec = chain(2);
  spec.max_restarts = 1;
  team_world w({spec});
  w.all_speak();
  EXPECT_THAT(w.ends("a"), ElementsAre("start a"));

  EXPECT_THAT(w.refused("a"), ElementsAre("stop b"));
  EXPECT_THAT(w.ends("b", cancelled), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::failed);
}

TEST(Team, LetsAStopWinOverAStartThatKeepsFailing) {
  auto spec = loose(1);
  spec.max_restarts = 1000;
  team_world w({spec});
  (void)w.begin();
  for (int i = 0; i < 20; ++i) {
    (void)w.refused("a");
    (void)w.after(60'000);
  }

  EXPECT_THAT(w.stop(), ElementsAre("stop a"));
  EXPECT_THAT(w.refused("a"), ElementsAre("over"));
  EXPECT_THAT(w.after(600'000), IsEmpty());
  EXPECT_EQ(w.phase(), team_phase::cancelled);
}

TEST(Team, IsOverAtOnceWhenItStopsWhileAllWait) {
  team_world w({loose(1)});
  (void)w.begin();
  (void)w.refused("a");

  EXPECT_THAT(w.stop(), ElementsAre("over"));
}

TEST(Team, LetsAnOrderWinOverAFailure) {
  auto spec = chain(2);
  spec.max_restarts = 0;
  team_world w({spec});
  w.all_speak();
  EXPECT_THAT(w.ends("a"), ElementsAre("stop b"));

  (void)w.stop();
  (void)w.ends("b", cancelled);
  EXPECT_EQ(w.phase(), team_phase::cancelled);
}

TEST(Team, FailsWhenAMemberWaitsForWhatWillNeverBe) {
  auto spec = chain(2, strategy::one_for_one, restart_type::temporary);
  team_world w({spec});
  (void)w.begin();

  EXPECT_THAT(w.ends("a"), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::failed);
  EXPECT_THAT(w.cause(), HasSubstr("b waits for a"));
}

TEST(Team, IsOverWhenEveryMemberHasEnded) {
  auto spec = loose(2);
  spec.members[1].restart = restart_type::temporary;
  team_world w({spec});
  w.all_speak();
  EXPECT_THAT(w.ends("b"), IsEmpty());

  EXPECT_THAT(w.ends("a", completed), ElementsAre("over"));
  EXPECT_EQ(w.phase(), team_phase::completed);
}

TEST(Team, HasFailedIfNobodyCompleted) {
  team_world w({chain(1, strategy::one_for_one, restart_type::temporary)});
  w.all_speak();

  (void)w.ends("a");
  EXPECT_EQ(w.phase(), team_phase::failed);
}

struct significant : ::testing::Test {
  team_world world(auto_shutdown ends_with) {
    auto spec = loose(3);
    spec.ends_with = ends_with;
    spec.members[0].significant = spec.members[1].significant = true;
    team_world w({spec});
    w.all_speak();
    return w;
  }
};

TEST_F(significant, MembersEndTheTeamWithTheFirstOfThem) {
  auto w = world(auto_shutdown::any);

  EXPECT_THAT(w.ends("c", completed), IsEmpty()) << "not significant";
  EXPECT_THAT(w.ends("a", completed), ElementsAre("stop b"));
  (void)w.ends("b", cancelled);
  EXPECT_EQ(w.phase(), team_phase::completed);
}

TEST_F(significant, MembersEndTheTeamWithTheLastOfThem) {
  auto w = world(auto_shutdown::all);

  EXPECT_THAT(w.ends("a", completed), IsEmpty());
  EXPECT_THAT(w.ends("b"), ElementsAre("start b")) << "transient: restarted";
  EXPECT_THAT(w.ends("b", completed), ElementsAre("stop c"));
}

TEST_F(significant, MembersThatAreCancelledEndNothing) {
  auto w = world(auto_shutdown::any);

  EXPECT_THAT(w.ends("a", cancelled), IsEmpty());
}

TEST(TeamRules, AreCheckedBeforeATeamIsMade) {
  auto spec = loose(2);
  EXPECT_FALSE(wrong_with(spec));
  spec.members[0].significant = true;
  EXPECT_THAT(wrong_with(spec)->message, HasSubstr("members[0].significant"));
  spec.ends_with = auto_shutdown::any;
  EXPECT_FALSE(wrong_with(spec));
  spec.members[0].restart = restart_type::permanent;
  EXPECT_THAT(wrong_with(spec)->message, HasSubstr("permanent"));
  spec.members[0].significant = false;
  EXPECT_THAT(wrong_with(spec)->message, HasSubstr("auto_shutdown"));
  EXPECT_THAT(wrong_with({})->message, HasSubstr("at least one"));
}

} // namespace
} // namespace troupe::supervision
