#include "supervision/memory_watch.hpp"

#include <gmock/gmock.h>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(MemoryWatch, EndsATreeOnceThatUsesMoreThanItsLimit) {
  memory_watch watch(100);
  EXPECT_FALSE(watch.used(100));
  const auto found = watch.used(101);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->end && found->at_once);
  EXPECT_EQ(found->reason, exit_kind::oom);
  EXPECT_THAT(found->detail, HasSubstr("101 MiB, more than the limit of 100 MiB"));
  EXPECT_FALSE(watch.used(200)) << "an end is found once";
}

TEST(MemoryWatch, LooksMoreOftenFromHalfOfTheLimitOn) {
  memory_watch watch(100);
  EXPECT_EQ(watch.look_every(), 1s);
  EXPECT_FALSE(watch.used(49));
  EXPECT_EQ(watch.look_every(), 1s);
  EXPECT_FALSE(watch.used(50));
  EXPECT_EQ(watch.look_every(), 250ms);
  EXPECT_FALSE(watch.used(10));
  EXPECT_EQ(watch.look_every(), 1s);
}

} // namespace
} // namespace troupe::supervision
