#include "io/resources.hpp"

#include "tests/store/scratch.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <vector>

namespace troupe::io {
namespace {

TEST(MemoryAvailable, IsReadFromTheKernelsTable) {
  const store::scratch dir;
  store::write(
    dir / "meminfo",
    "MemTotal:       24000000 kB\nMemFree:  10 kB\nMemAvailable:    2097152 kB\n");
  EXPECT_EQ(memory_available_mb((dir / "meminfo").string()), 2048u);
  store::write(dir / "old", "MemTotal: 24000000 kB\n");
  EXPECT_FALSE(memory_available_mb((dir / "old").string()));
  EXPECT_FALSE(memory_available_mb((dir / "none").string()));
  EXPECT_GT(memory_available_mb().value_or(0), 0u) << "of this machine";
}

TEST(DescriptorsLeft, AreFewerWithEachThatIsOpened) {
  const auto before = descriptors_left();
  if (!before)
    GTEST_SKIP() << "SKIPPED: no limit of open files here";
  std::vector<int> opened;
  for (int i = 0; i < 10; ++i)
    opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(descriptors_left(), *before - 10);
  for (const int each : opened)
    ::close(each);
  EXPECT_EQ(descriptors_left(), before);
}

} // namespace
} // namespace troupe::io
