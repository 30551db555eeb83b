#include "io/headroom.hpp"

#include "keeper/descriptor.hpp"

#include <gtest/gtest.h>

#include <vector>

#include <fcntl.h>

namespace troupe::io {
namespace {

TEST(Headroom, IsWhatTheKernelSays) {
  const auto left = look_around("/");
  ASSERT_TRUE(left.memory_bytes && left.descriptors && left.disk_bytes);
  EXPECT_GT(*left.memory_bytes, 0U);
  EXPECT_GT(*left.descriptors, 0U);
}

TEST(Headroom, CountsOpenDescriptors) {
  const auto before = look_around("/").descriptors;
  std::vector<keeper::descriptor> open;
  for (int i = 0; i < 10; ++i)
    open.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(*before - *look_around("/").descriptors, 10U);
}

TEST(Headroom, IsUnknownWhereThereIsNoDisk) {
  EXPECT_FALSE(look_around("/no/such/place").disk_bytes);
}

} // namespace
} // namespace troupe::io
