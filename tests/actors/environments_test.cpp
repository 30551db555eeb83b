#include "actors/environments.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(Environments, KeepWhatIsTheSameOnce) {
  environments all;
  const auto one = all.keep({{"A", "1"}, {"B", "2"}});
  const auto same = all.keep({{"B", "2"}, {"A", "1"}});
  const auto other = all.keep({{"A", "2"}, {"B", "1"}});

  EXPECT_EQ(one, same);
  EXPECT_NE(one, other);
  EXPECT_EQ(other->at("A"), "2");
  EXPECT_EQ(all.size(), 2u);
}

TEST(Environments, DropWhatNobodyHas) {
  environments all;
  for (int i = 0; i < 10; ++i)
    (void)all.keep({{"N", std::to_string(i)}});
  EXPECT_EQ(all.size(), 1u);
}

} // namespace
} // namespace troupe
