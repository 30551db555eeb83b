#include "tests/keeper/world.hpp"

#include "keeper/process_use.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

class Sample : public keeper_test, public testing::WithParamInterface<conditions> {
protected:
  fake_supervisor begin() {
    start_keeper(GetParam());
    return accept_supervisor();
  }

  tree_use look(fake_supervisor& by) {
    by.send(sample_order{{run_id_, 1}});
    const auto told = by.next<sampled_report>();
    EXPECT_TRUE(told) << log();
    return told ? told->use : tree_use{};
  }
};

TEST_P(Sample, CountsTheProcessesAndTheirMemory) {
  auto by = begin();
  spawn(by, script("$SELF agent hold & $SELF agent hold & echo two; wait"));
  ASSERT_TRUE(says("held\nheld"));

  const auto use = look(by);

  EXPECT_EQ(use.processes, 3U);
  EXPECT_TRUE(use.whole);
  EXPECT_GE(use.memory_mb, 60U) << "two processes of 32 MiB each";
  EXPECT_LE(use.memory_mb, 200U);
}

TEST_P(Sample, SeesAGrandchildComputeAndWrite) {
  auto by = begin();
  spawn(by, script("(while :; do echo 0123456789; done) > /dev/null & echo on; wait"));
  ASSERT_TRUE(says("on"));
  const auto first = look(by);

  EXPECT_TRUE(eventually([&] {
    const auto later = look(by);
    return later.cpu_ms >= first.cpu_ms + 50 && later.io_bytes >= first.io_bytes + 1000;
  }));
}

TEST_P(Sample, SeesNothingHappenInASleepingTree) {
  auto by = begin();
  spawn(by, script("echo on; exec sleep 1000"));
  ASSERT_TRUE(says("on"));
  ASSERT_TRUE(eventually([&] {
    const auto first = look(by);
    return look(by).io_bytes == first.io_bytes;
  }));
  const auto first = look(by);
  const auto second = look(by);
  EXPECT_LE(second.cpu_ms, first.cpu_ms + 5);
}

TEST_P(Sample, IsNotTakenOfWhatIsGoneOrUnknown) {
  auto by = begin();
  spawn(by, script("exit 0"));
  ASSERT_TRUE(by.next<gone_report>());

  by.send(sample_order{{run_id_, 1}});
  by.send(sample_order{{"r_none", 1}});
  by.send(list_order{5});

  ASSERT_TRUE(by.next<kept_report>());
  EXPECT_FALSE(by.has<sampled_report>());
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  Sample,
  testing::Values(conditions{"Cgroup"}, conditions{"Subtree", false}),
  [](const auto& each) { return each.param.name; });

TEST(ProcessUse, LooksAtABoundedNumberOfProcessesAndSaysSo) {
  const std::vector<int> many(looked_at_max + 1, getpid());
  const auto use = use_of(many);
  EXPECT_EQ(use.processes, looked_at_max + 1);
  EXPECT_FALSE(use.whole);
}

TEST(ProcessUse, TakesWhatHasEndedForNothing) {
  const auto use = use_of({4'194'304});
  EXPECT_EQ(use.cpu_ms + use.io_bytes + use.memory_mb, 0U);
}

TEST(ProcessUse, CountsASharedPartOnce) {
  const auto one = use_of({getpid()});
  const auto two = use_of({getpid(), getpid()});
  EXPECT_GT(one.memory_mb, 0U);
  EXPECT_LT(two.memory_mb, 2 * one.memory_mb) << "its code and libraries are shared";
}

} // namespace
} // namespace troupe::keeper
