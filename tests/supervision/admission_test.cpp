#include "supervision/admission.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

spawn_request child_of(std::string parent) {
  return {.parent_run_id = std::move(parent), .depth = 2};
}

TEST(Admission, AdmitsUpToTheNumberOfLiveRuns) {
  admission door({.live_runs = 2});
  EXPECT_TRUE(door.admit({}, 0s));
  EXPECT_TRUE(door.admit({}, 0s));
  const auto third = door.admit({}, 0s);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, errc::busy);
  EXPECT_THAT(third.error().message, HasSubstr("2 runs are live, the limit is 2"));
  EXPECT_THAT(third.error().message, HasSubstr("limits.live_runs"));
  EXPECT_EQ(door.live(), 2u);
}

TEST(Admission, AdmitsAsManyMoreAsMayWait) {
  admission door({.live_runs = 1, .queue = 2});
  for (int i = 0; i < 3; ++i)
    EXPECT_TRUE(door.admit({}, 0s));
  const auto fourth = door.admit({}, 0s);
  ASSERT_FALSE(fourth);
  EXPECT_THAT(
    fourth.error().message,
    HasSubstr(
      "3 runs are live or wait for a place, the limit is 1 (limits.live_runs) and 2 "
      "(limits.queue in troupe.yml); wait for one to end"));
}

TEST(Admission, RefusesWhereTheMachineHasNoRoom) {
  constexpr std::uint64_t mib = 1 << 20;
  admission door({.free_memory_mb = 100, .free_descriptors = 10});
  EXPECT_TRUE(door.admit({}, 0s, {.memory_bytes = 100 * mib, .descriptors = 10}));
  EXPECT_TRUE(door.admit({}, 0s, {})) << "what is not known";
  const auto memory = door.admit({}, 0s, {.memory_bytes = 100 * mib - 1});
  const auto files = door.admit({}, 0s, {.descriptors = 9});
  ASSERT_FALSE(memory);
  ASSERT_FALSE(files);
  EXPECT_EQ(memory.error().code, errc::busy);
  EXPECT_THAT(
    memory.error().message,
    HasSubstr("the machine has 99 MiB of memory left, a new run needs 100 "
              "(limits.free_memory_mb in troupe.yml); wait for a run to end"));
  EXPECT_EQ(files.error().code, errc::busy);
  EXPECT_THAT(files.error().message, HasSubstr("the daemon may open 9 more files"));
  EXPECT_THAT(files.error().message, HasSubstr("(ulimit -n)"));
  EXPECT_EQ(door.live(), 2u);

  admission careless({.free_memory_mb = 0, .free_descriptors = 0});
  EXPECT_TRUE(careless.admit({}, 0s, {.memory_bytes = 0, .descriptors = 0}));
}

TEST(Admission, HasAPlaceAgainWhenARunEnded) {
  admission door({.live_runs = 1});
  ASSERT_TRUE(door.admit({}, 0s));
  door.release({});
  EXPECT_EQ(door.live(), 0u);
  EXPECT_TRUE(door.admit({}, 0s));
}

TEST(Admission, AdmitsAtMostItsNumberInAnyMinute) {
  admission door({.spawns_per_minute = 2});
  EXPECT_TRUE(door.admit({}, 0s));
  EXPECT_TRUE(door.admit({}, 30s));
  const auto third = door.admit({}, 31'500ms);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().code, errc::busy);
  EXPECT_THAT(third.error().message, HasSubstr("2 runs were started within a minute"));
  EXPECT_THAT(third.error().message, HasSubstr("try again in 29 s"));
  EXPECT_FALSE(door.admit({}, 59'999ms));
  EXPECT_TRUE(door.admit({}, 60s));
  EXPECT_FALSE(door.admit({}, 89'999ms));
  EXPECT_TRUE(door.admit({}, 90s));
}

TEST(Admission, AdmitsNobodyAtARateOfZero) {
  admission door({.spawns_per_minute = 0});
  const auto none = door.admit({}, 0s);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, errc::busy);
}

TEST(Admission, RefusesWhatIsTooDeep) {
  admission door({.depth = 1});
  const auto deep = door.admit(child_of("r_1"), 0s);
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, errc::refused);
  EXPECT_THAT(deep.error().message, HasSubstr("depth 2, the limit is 1"));
  EXPECT_EQ(door.live(), 0u);
}

TEST(Admission, CountsTheChildrenOfEachParentApart) {
  admission door({.depth = 2, .children_per_parent = 1});
  EXPECT_TRUE(door.admit(child_of("r_1"), 0s));
  EXPECT_TRUE(door.admit(child_of("r_2"), 0s));
  const auto second = door.admit(child_of("r_1"), 0s);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, errc::busy);
  EXPECT_THAT(second.error().message, HasSubstr("run r_1 has 1 live children"));
  door.release("r_1");
  EXPECT_TRUE(door.admit(child_of("r_1"), 0s));
  EXPECT_TRUE(door.admit({}, 0s)) << "a run without a parent is nobody's child";
}

TEST(Admission, NeverRefusesWhatIsThereAlready) {
  admission door({.live_runs = 1, .spawns_per_minute = 1, .children_per_parent = 1});
  for (int i = 0; i < 3; ++i)
    door.readmit(child_of("r_1"));
  EXPECT_EQ(door.live(), 3u);
  for (int i = 0; i < 3; ++i)
    door.release("r_1");
  EXPECT_EQ(door.live(), 0u);
  EXPECT_TRUE(door.admit({}, 0s)) << "readmitting used up the rate";
}

TEST(Admission, LeavesNoTraceOfWhatItRefused) {
  admission door(
    {.live_runs = 1, .spawns_per_minute = 2, .depth = 2, .children_per_parent = 1});
  ASSERT_TRUE(door.admit({}, 0s));
  for (int i = 0; i < 10; ++i)
    ASSERT_FALSE(door.admit(child_of("r_1"), 0s));
  door.release({});
  EXPECT_TRUE(door.admit(child_of("r_1"), 0s));
}

TEST(Admission, SurvivesAReleaseTooMany) {
  admission door({.live_runs = 1});
  door.release({});
  door.release("r_unknown");
  EXPECT_EQ(door.live(), 0u);
  EXPECT_TRUE(door.admit({}, 0s));
  EXPECT_FALSE(door.admit({}, 0s));
}

TEST(Admission, HoldsEveryLimitUnderAnyInterleaving) {
  const admission_limits limits{
    .live_runs = 9, .spawns_per_minute = 40, .depth = 2, .children_per_parent = 3};
  admission door(limits);
  std::mt19937 dice(20261120);
  std::map<std::string, std::uint32_t> children;
  std::vector<std::optional<std::string>> live;
  std::vector<moment> starts;
  moment now{0};
  for (int i = 0; i < 20'000; ++i) {
    now += moment{dice() % 1000};
    if (dice() % 2 == 0 && !live.empty()) {
      const auto at = dice() % live.size();
      if (live[at])
        --children[*live[at]];
      door.release(live[at]);
      live.erase(live.begin() + static_cast<std::ptrdiff_t>(at));
    } else {
      spawn_request request;
      if (dice() % 2 == 0)
        request = child_of("r_" + std::to_string(dice() % 3));
      const auto& parent = request.parent_run_id;
      std::erase_if(starts, [&](moment at) { return now - at >= 60s; });
      const bool room = live.size() < limits.live_runs &&
                        starts.size() < limits.spawns_per_minute &&
                        (!parent || children[*parent] < limits.children_per_parent);
      ASSERT_EQ(door.admit(request, now).has_value(), room) << "step " << i;
      if (room) {
        live.push_back(parent);
        starts.push_back(now);
        if (parent)
          ++children[*parent];
      }
    }
    ASSERT_EQ(door.live(), live.size()) << "step " << i;
  }
}

} // namespace
} // namespace troupe::supervision
